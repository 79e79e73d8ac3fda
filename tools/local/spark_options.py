"""Spark's options that a machine needs and AWS does not: the jars, and where S3 and Glue answer."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from contract.spark_catalog import SPARK_CATALOG

#: Session tokens count, too: a job works with the credentials of a session of its role.
_CREDENTIALS: Final = "com.amazonaws.auth.EnvironmentVariableCredentialsProvider"


def local_options(endpoint: str, jars: Sequence[Path]) -> dict[str, str]:
    """Return the options by which Spark and its Iceberg catalog reach an emulator of AWS.

    They must be there before the JVM starts: in the builder of the first session, or in ``spark-submit --conf``. The
    credentials are those of the process's environment. Beside them come the options that the job has on AWS too:
    ``contract.spark_catalog.catalog_options``.

    Args:
        endpoint: the emulator's address, ``http://127.0.0.1:<port>``.
        jars: those of ``tools.local.spark_jars.ensure``.
    """
    catalog = f"spark.sql.catalog.{SPARK_CATALOG}"
    return {
        # On the class path: ``spark.jars`` would copy all of them at each start.
        "spark.driver.extraClassPath": os.pathsep.join(map(str, jars)),
        # Java 17 writes texts in the locale's encoding: in the C locale, letters with accents as "?".
        "spark.driver.extraJavaOptions": "-Dfile.encoding=UTF-8",
        # The platform's addresses are s3://.
        "spark.hadoop.fs.s3.impl": "org.apache.hadoop.fs.s3a.S3AFileSystem",
        "spark.hadoop.fs.s3a.endpoint": endpoint,
        "spark.hadoop.fs.s3a.path.style.access": "true",
        "spark.hadoop.fs.s3a.connection.ssl.enabled": "false",
        "spark.hadoop.fs.s3a.aws.credentials.provider": _CREDENTIALS,
        f"{catalog}.glue.endpoint": endpoint,
        f"{catalog}.s3.endpoint": endpoint,
        f"{catalog}.s3.path-style-access": "true",
    }
