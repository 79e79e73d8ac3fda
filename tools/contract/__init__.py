"""Makes a first contract of a table that there is: ``python -m tools.contract infer``."""
