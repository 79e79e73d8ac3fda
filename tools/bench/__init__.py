"""Side-by-side benchmarks of ETL-1 against what its users could pick instead: ``python -m tools.bench``."""
