"""Java's errors as ours: what is at fault is named, and nothing that a cell holds is quoted."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from py4j.protocol import Py4JJavaError  # type: ignore[import-untyped]
from pyspark.errors import PySparkException

from glue_src.exceptions import MalformedDataError, TableFileError, TableMissingError, TableMovedError
from glue_src.spark.csv import UNKNOWN_ESCAPE

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOVED: Final = ("CommitFailedException", "org.apache.iceberg.exceptions.ValidationException")
_MISSING_TABLE: Final = ("NoSuchTableException", "NoSuchIcebergTableException", "TABLE_OR_VIEW_NOT_FOUND")
_MISSING_FILE: Final = ("NoSuchKeyException", "iceberg.exceptions.NotFoundException", "FileNotFoundException")
_DAMAGED_FILE: Final = (
    "is not a Parquet file",
    "InvalidAvroMagicException",
    "AvroRuntimeException",
    "ParquetDecodingException",
    "RuntimeIOException",
    "Not an Avro data file",
    "can not read class org.apache.parquet",
    "org.apache.parquet",
)
_ADDRESS: Final = re.compile(r"s3[an]?://[^\s,;'\"\]\)]+")
#: What the error says of bad data, and which of the contract's rules that breaks.
_BAD_DATA: Final = (
    (UNKNOWN_ESCAPE, "a text holds a backslash that begins no escape of the contract."),
    ("NumberFormatException", "a cell of a whole-number column is no whole number."),
    ("DateTimeParseException", "a cell of a timestamp column is no instant such as 2026-01-31T04:30:00.000000Z."),
    ("DateTimeException", "a cell of a timestamp column is no instant such as 2026-01-31T04:30:00.000000Z."),
    ("NOT_NULL_ASSERT_VIOLATION", "a column that the table is divided or sorted by holds a null."),
    ("Null value appeared in non-nullable field", "a column that the table is divided or sorted by holds a null."),
    ("Malformed", "a record has more or fewer cells than the header, or its quotes do not close."),
)


@contextmanager
def translated(table: str, base: int | None = None, source_key: str | None = None) -> Iterator[None]:
    """Raise ours in the place of Java's errors; ``source_key`` is the CSV that is read meanwhile, if any.

    Raises:
        MalformedDataError: the CSV is at fault.
        TableMovedError: another commit came between.
        TableFileError: a file that the table names is missing or damaged.
        TableMissingError: the catalog has no such table.
    """
    try:
        yield
    except (Py4JJavaError, PySparkException) as error:
        text = _text_of(error)
        found = _as_ours(text, table, base, source_key)
        if found is None:
            raise
    else:
        return
    # Outside of the handler, and without Java's error behind it: that one quotes the record.
    raise found from None


def _text_of(error: Py4JJavaError | PySparkException) -> str:
    return str(error)


def _as_ours(text: str, table: str, base: int | None, source_key: str | None) -> Exception | None:
    if source_key is not None:
        for sign, detail in _BAD_DATA:
            if sign in text and ("Malformed" in text or sign not in ("NumberFormatException", "DateTimeException")):
                return MalformedDataError(table, source_key, detail)
    if any(sign in text for sign in _MOVED):
        return TableMovedError(table, base)
    if any(sign in text for sign in _MISSING_TABLE):
        return TableMissingError("the database", table, "is missing")
    address = next(iter(_ADDRESS.findall(text)), None)
    if any(sign in text for sign in _MISSING_FILE):
        return TableFileError(table, f"{address or 'a file that it names'} is missing.")
    if any(sign in text for sign in _DAMAGED_FILE):
        return TableFileError(table, f"{address or 'a file that it names'} is damaged.")
    return None
