"""Java's errors as ours: what is at fault is named, and nothing that a cell holds is quoted."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from py4j.protocol import Py4JJavaError  # type: ignore[import-untyped]
from pyspark.errors import PySparkException

from glue_src.exceptions import (
    MalformedDataError,
    TableFileError,
    TableMissingError,
    TableMovedError,
    TableRefusedError,
)
from glue_src.spark.csv import UNKNOWN_ESCAPE
from glue_src.spark.files import unreadable_file

if TYPE_CHECKING:
    from collections.abc import Iterator

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
_DAMAGED_FILE: Final = (
    "InvalidAvroMagicException",
    "AvroRuntimeException",
    "iceberg.exceptions.RuntimeIOException",
    "ParquetDecodingException",
    "is not a Parquet file",
    "can not read class org.apache.parquet",
)
_ADDRESS: Final = re.compile(r"s3[an]?://[^\s,;'\"\]\)]+")
_NULL: Final = "a column that the table is divided or sorted by holds a null."
#: What an error says if a rule of the contract is broken.
_BROKEN_RULES: Final = (
    (UNKNOWN_ESCAPE, "a text holds a backslash that begins no escape of the contract."),
    ("NOT_NULL_ASSERT_VIOLATION", _NULL),
    ("Null value appeared in non-nullable field", _NULL),
)
#: How a plan begins what it would say.
_PLANNED: Final = "raise_error("
#: What Spark says of a CSV that it cannot read, and of the reason.
_MALFORMED: Final = "Malformed"
_REASONS: Final = (
    ("NumberFormatException", "a cell of a whole-number column is no whole number."),
    ("DateTime", "a cell of a timestamp column is no instant such as 2026-01-31T04:30:00.000000Z."),
    ("", "a record has more or fewer cells than the header, or a cell is not of its column's type."),
)


@contextmanager
def translated(table: IcebergTable, base: int | None = None, source_key: str | None = None) -> Iterator[None]:
    """Raise ours in the place of Java's errors; ``source_key`` is the CSV that is read meanwhile, if any.

    Raises:
        MalformedDataError: the CSV is at fault.
        TableMovedError: another commit came between.
        TableFileError: a file that the table names is missing or damaged.
        TableMissingError: the catalog has no such table.
        TableRefusedError: S3 or Glue refused a request.
    """
    try:
        yield
    except (Py4JJavaError, PySparkException) as error:
        found = _as_ours(str(error), table, base, source_key)
        if found is None:
            raise
    else:
        return
    # Outside of the handler, and without Java's error behind it: that one quotes the record.
    raise found from None


def _as_ours(text: str, table: IcebergTable, base: int | None, source_key: str | None) -> Exception | None:
    broken = None if source_key is None else _broken_rule(text, source_key)
    if source_key is not None and broken is not None:
        return MalformedDataError(table.name, source_key, broken)
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


def _broken_rule(text: str, source_key: str) -> str | None:
    if source_key in text and _any((*_MISSING_FILE, "PATH_NOT_FOUND", "Path does not exist"), text):
        return "it vanished while the run was read."
    # Errors of all kinds show the plan of a query, and so what it would say of a broken rule.
    said = "\n".join(line for line in text.splitlines() if _PLANNED not in line)
    for sign, rule in _BROKEN_RULES:
        if sign in said:
            return rule
    return next(reason for sign, reason in _REASONS if sign in text) if _MALFORMED in text else None


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
