"""ETL-2, the Glue job's script: clean CSV runs become curated, typed, registered Parquet days.

Its library, ``glue_src``, ``modules.contract`` and the source table's contract, comes in a zip through
``--extra-py-files``.
"""

from __future__ import annotations

import sys

import boto3
from pyspark.sql import SparkSession

from glue_src import logs
from glue_src.arguments import parse_arguments
from glue_src.run import Clients, run
from glue_src.spark_engine import SparkEngine
from glue_src.storage import Bucket
from glue_src.transform import session_of


def main() -> None:
    """Run the job with the arguments, session and credentials that Glue provides."""
    logs.write_to_standard_output()
    arguments = parse_arguments(sys.argv)
    clients = Clients(boto3.client("s3"), boto3.client("glue"), boto3.client("cloudwatch"))
    bucket = Bucket(clients.s3, arguments.bucket)
    run(arguments, SparkEngine(session_of(SparkSession.builder), bucket), clients)


if __name__ == "__main__":
    main()
