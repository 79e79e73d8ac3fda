"""ETL-2, the Glue job's script: the newest complete clean run becomes what the Iceberg tables hold.

Its library, ``glue_src`` and ``contract``, comes in a zip through ``--extra-py-files``; Spark's catalog of Iceberg
tables in ``--conf`` (``contract.spark_catalog``).
"""

from __future__ import annotations

import sys

from pyspark.sql import SparkSession

from glue_src import logs
from glue_src.arguments import parse_arguments
from glue_src.clients import default_clients
from glue_src.run import run
from glue_src.spark.engine import SparkEngine
from glue_src.spark.session import session_of


def main() -> None:
    """Run the job with the arguments, session and credentials that Glue provides."""
    logs.write_to_standard_output()
    arguments = parse_arguments(sys.argv)
    engine = SparkEngine(session_of(SparkSession.builder), arguments.bucket, arguments.database)
    run(arguments, engine, default_clients())


if __name__ == "__main__":
    main()
