"""Where the Data Catalog says that a table's metadata is, and the content of that file."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from glue_src.exceptions import TableMetadataError, TableMissingError

if TYPE_CHECKING:
    from mypy_boto3_glue import GlueClient
    from mypy_boto3_s3 import S3Client

_ABSENT: Final = frozenset({"NoSuchKey", "404", "NoSuchBucket"})
_GZIP: Final = b"\x1f\x8b"


def parameters_of(glue: GlueClient, database: str, name: str) -> Mapping[str, str]:
    """Return the parameters of an Iceberg table in the catalog, ``metadata_location`` among them.

    Raises:
        TableMissingError: there is no such table, or it is no Iceberg table.
    """
    try:
        parameters = glue.get_table(DatabaseName=database, Name=name)["Table"].get("Parameters", {})
    except ClientError as error:
        if error.response["Error"]["Code"] == "EntityNotFoundException":
            raise TableMissingError(database, name, "is not in the Data Catalog") from error
        raise
    if parameters.get("table_type", "").upper() != "ICEBERG" or "metadata_location" not in parameters:
        raise TableMissingError(database, name, "is no Iceberg table: it lacks table_type or metadata_location")
    return parameters


def content_of(s3: S3Client, name: str, location: str) -> bytes:
    """Return what a table's metadata file says.

    Raises:
        TableMetadataError: it is missing or damaged.
    """
    bucket, _, key = location.partition("://")[2].partition("/")
    try:
        body = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    except ClientError as error:
        if error.response["Error"]["Code"] in _ABSENT:
            raise TableMetadataError(name, location, "is missing") from error
        raise
    if not body.startswith(_GZIP):
        return body
    try:
        return gzip.decompress(body)
    except (OSError, EOFError) as error:
        raise TableMetadataError(name, location, "is damaged (it is no whole gzip file)") from error
