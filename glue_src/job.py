"""ETL-2, the Glue job's script: clean CSV runs become curated, typed, registered Parquet days.

Its library, ``glue_src`` and ``modules.contract``, comes in a zip through ``--extra-py-files``.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import boto3
from pyspark.sql import SparkSession

from glue_src import logs, transform
from glue_src.arguments import Arguments, parse_arguments
from glue_src.catalog import Catalog
from glue_src.clean_zone import CleanZone
from glue_src.curated_zone import CuratedZone
from glue_src.curation import Curation
from glue_src.exceptions import FailedDaysError
from glue_src.retention import Retention
from glue_src.storage import Bucket

if TYPE_CHECKING:
    from mypy_boto3_glue import GlueClient
    from mypy_boto3_s3 import S3Client


def run(arguments: Arguments, spark: SparkSession, s3: S3Client, glue: GlueClient) -> None:
    """Curate what is to be curated, then apply retention to what is older than the newest curated day.

    Raises:
        FailedDaysError: days could not be curated; all others were, and retention has been applied.
    """
    bucket = Bucket(s3, arguments.bucket)
    clean_zone = CleanZone(bucket, arguments.clean_prefix)
    curated_zone = CuratedZone(bucket, arguments.curated_prefix)
    catalog = Catalog(glue, arguments.database)
    transform.configure(spark)
    failures = Curation(spark, clean_zone, curated_zone, catalog).run()
    Retention(clean_zone, curated_zone, catalog).apply()
    if failures:
        raise FailedDaysError(failures)


def main() -> None:
    """Run the job with the arguments, session and credentials that Glue provides."""
    logs.write_to_standard_output()
    arguments = parse_arguments(sys.argv)
    run(arguments, SparkSession.builder.getOrCreate(), boto3.client("s3"), boto3.client("glue"))


if __name__ == "__main__":
    main()
