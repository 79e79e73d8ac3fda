"""The security scan: ``python -m tools.scan``."""
