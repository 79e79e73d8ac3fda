"""ETL-2: brings the Iceberg tables to the newest run of ETL-1, one atomic commit a table.

Imports ``contract``. Begin with ``night.py``, the steps whatever the engine; ``spark/`` and ``arrow/`` are the engines
behind ``engine.py``'s protocol; ``job.py`` (Glue) and ``handler.py`` (Lambda) start it.
"""
