"""ETL-1: scans the source table, normalizes its items, and publishes a run of CSV files whole or not at all.

Imports ``contract``. Begin with ``execution.py``; ``handler.py`` (Lambda) and ``spark_job.py`` (Glue) start it.
"""
