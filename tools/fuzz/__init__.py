"""Looks for items that ETL-1 reads wrongly: ``python -m tools.fuzz``. Start with README.md."""
