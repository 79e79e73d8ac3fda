"""Java's errors as ours: what is at fault is named, and nothing that a cell holds is quoted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from py4j.protocol import Py4JJavaError  # type: ignore[import-untyped]
from pyspark.errors import PySparkException

from contract.discretion import described
from glue_src.csv_faults import CsvFault, FaultCode
from glue_src.exceptions import (
    MalformedDataError,
    SuspectCsvError,
    TableFileError,
    TableMissingError,
    TableMovedError,
    TableRefusedError,
    TableUnexpectedError,
)
from glue_src.spark.csv import SUSPECT
from glue_src.spark.files import unreadable_file
from glue_src.spark.iceberg import IcebergTable

_MOVED: Final = (
    "CommitFailedException",
    "Found conflicting",
    "Found new conflicting",
    "Cannot determine history between",
    "Cannot use branch (does not exist)",
)
#: S3's, S3A's and Glue's words for a role that may not.
_REFUSED: Final = ("AccessDenied", "Access Denied", "Status Code: 403", "ForbiddenException")
_MISSING_TABLE: Final = ("NoSuchTableException", "NoSuchIcebergTableException", "TABLE_OR_VIEW_NOT_FOUND")
_MISSING_FILE: Final = ("NoSuchKeyException", "iceberg.exceptions.NotFoundException", "FileNotFoundException")
#: Beside those, Spark's own words for a CSV that is not there.
_VANISHED: Final = (*_MISSING_FILE, "PATH_NOT_FOUND", "Path does not exist")
_DAMAGED_FILE: Final = (
    "InvalidAvroMagicException",
    "AvroRuntimeException",
    "iceberg.exceptions.RuntimeIOException",
    "ParquetDecodingException",
    "is not a Parquet file",
    "can not read class org.apache.parquet",
)
_ADDRESS: Final = re.compile(r"s3[an]?://[^\s,;'\"\]\)]+")
#: How a plan begins what it would say.
_PLANNED: Final = "raise_error("


@contextmanager
def translated(table: IcebergTable, base: int | None = None, source_key: str | None = None) -> Iterator[None]:
    """Raise ours in the place of Java's errors; ``source_key`` is the CSV that is read meanwhile, if any.

    Raises:
        SuspectCsvError: the CSV is at fault.
        MalformedDataError: it is gone.
        TableMovedError: another commit came between.
        TableFileError: a file that the table names is missing or damaged.
        TableMissingError: the catalog has no such table.
        TableRefusedError: S3 or Glue refused a request.
        TableUnexpectedError: something else.
    """
    try:
        yield
    except (Py4JJavaError, PySparkException) as error:
        found = _as_ours(str(error), table, base, source_key)
        found = found or TableUnexpectedError(table.name, described(error))
    else:
        return
    # Outside of the handler, and without Java's error behind it: that one quotes the record.
    raise found from None


def _as_ours(text: str, table: IcebergTable, base: int | None, source_key: str | None) -> Exception | None:
    broken = None if source_key is None else _fault_of_csv(text, table.name, source_key)
    if broken is not None:
        return broken
    if _any(_REFUSED, text):
        return TableRefusedError(table.name, _refusal_in(text))
    if _any(_MOVED, text):
        return TableMovedError(table.name, base)
    if _any(_MISSING_TABLE, text):
        return TableMissingError(table.database, table.name, "is not in the Data Catalog")
    if _any((*_MISSING_FILE, *_DAMAGED_FILE), text):
        fault = "missing" if _any(_MISSING_FILE, text) else "damaged"
        return TableFileError(table.name, f"{_file_in(text, table)} is {fault}.")
    return None


def _fault_of_csv(text: str, name: str, source_key: str) -> Exception | None:
    if source_key in text and _any(_VANISHED, text):
        return MalformedDataError(name, source_key, str(CsvFault(FaultCode.VANISHED)))
    return SuspectCsvError(name, source_key) if _says(SUSPECT, text) else None


def _says(words: str, text: str) -> bool:
    """Return whether an error says so. Errors of all kinds show the plan of a query, and so what it would say."""
    return any(words in line for line in text.splitlines() if _PLANNED not in line)


def _refusal_in(text: str) -> str:
    """Return the last line that tells of a refusal, and is no place in a program: it is nearest to the cause."""
    lines = [line.strip(" \t:") for line in text.splitlines() if _any(_REFUSED, line)]
    return next((line for line in reversed(lines) if not line.startswith("at ")), _REFUSED[0])


def _any(signs: tuple[str, ...], text: str) -> bool:
    return any(sign in text for sign in signs)


def _file_in(text: str, table: IcebergTable) -> str:
    """Return the address in an error; S3's own errors have none, so that the table's files are looked through."""
    told = _ADDRESS.search(text)
    return told.group() if told else unreadable_file(table) or "a file that it names"
