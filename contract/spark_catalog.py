"""The Iceberg catalog by which Spark knows the curated tables: the same settings on Glue and on one machine."""

from __future__ import annotations

from typing import Final

#: The catalog's name in Spark's SQL: ``glue_catalog.<database>.<table>``.
SPARK_CATALOG: Final = "glue_catalog"

#: Glue's versions by their Iceberg version; 4.0 has 1.0.0, which cannot publish a branch.
ICEBERG_VERSIONS: Final = {"5.1": "1.10.0", "5.0": "1.7.1"}
#: Open-source Iceberg 1.7.1 on Spark 3.5.6 kills the JVM when it reads whole columns as vectors: apache/iceberg #11731.
_WITHOUT_VECTORS: Final = frozenset({"1.7.1"})


def catalog_options(warehouse: str, glue_version: str, region: str) -> dict[str, str]:
    """Return Spark's options; they must be set before the session is made.

    Args:
        warehouse: the address of the curated zone, ``s3://bucket/prefix``.
        glue_version: one of ICEBERG_VERSIONS.
        region: of AWS. Executors have an environment of their own, of which nobody promises that it names one.
    """
    catalog = f"spark.sql.catalog.{SPARK_CATALOG}"
    options = {
        "spark.sql.extensions": "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions",
        catalog: "org.apache.iceberg.spark.SparkCatalog",
        f"{catalog}.catalog-impl": "org.apache.iceberg.aws.glue.GlueCatalog",
        f"{catalog}.io-impl": "org.apache.iceberg.aws.s3.S3FileIO",
        f"{catalog}.warehouse": warehouse.rstrip("/"),
        f"{catalog}.client.region": region,
        "spark.hadoop.fs.s3a.endpoint.region": region,
        # Each statement sees what other programs have committed until then.
        f"{catalog}.cache-enabled": "false",
    }
    if ICEBERG_VERSIONS[glue_version] in _WITHOUT_VECTORS:
        options["spark.sql.iceberg.vectorization.enabled"] = "false"
    return options
