"""An answer's rows as a file, row by row, so that an answer may be larger than memory."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ops.exits import Exit, OpsError, usage
from ops.queries import NUMBERS

if TYPE_CHECKING:
    from ops.queries import Column, Row

#: Of a Parquet file's row group.
_ROWS_AT_ONCE: Final = 50_000
_TRUTHS: Final = {"true": True, "false": False}
#: How Athena writes what is not text; all other types stay the text that Athena gives.
_READERS: Final[dict[str, Callable[[str], Any]]] = {
    **dict.fromkeys(("tinyint", "smallint", "integer", "bigint"), int),
    **dict.fromkeys(("float", "real", "double"), float),
    "boolean": _TRUTHS.__getitem__,
    "date": date.fromisoformat,
    "timestamp": datetime.fromisoformat,
}
FORMATS: Final = (".csv", ".parquet")
#: A spreadsheet takes a cell that begins so for a formula, with and without a tab or line break in front, and runs it:
#: https://owasp.org/www-community/attacks/CSV_Injection. Number columns are left alone: -12 is a number.
_FORMULA: Final = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
#: What people asked is for whoever asked.
_OWNER_ONLY: Final = 0o600


def checked_target(target: Path) -> Path:
    """Return the file to write.

    Raises:
        OpsError: its ending is none of FORMATS, or its folder does not exist.
    """
    if target.suffix not in FORMATS:
        message = f"{target} ends in {target.suffix or 'nothing'}."
        raise usage(message, f"Give a file that ends in {' or '.join(FORMATS)}.")
    if not target.parent.is_dir():
        message = f"The folder {target.parent} does not exist."
        raise usage(message, "Make it, or write elsewhere.")
    return target


def write(target: Path, columns: Sequence[Column], rows: Iterable[Row]) -> int:
    """Write rows to a CSV or Parquet file and return how many; the file is there whole or not at all.

    Raises:
        OpsError: it cannot be written.
    """
    writer = _write_csv if target.suffix == ".csv" else _write_parquet
    try:
        with _whole_file(target) as part:
            return writer(part, columns, rows)
    except OSError as error:
        raise OpsError(
            Exit.USAGE, f"{target} could not be written: {error}.", "Is there room and permission?"
        ) from error


@contextmanager
def _whole_file(target: Path) -> Iterator[Path]:
    part = target.with_name(f".{target.name}.part")
    part.unlink(missing_ok=True)
    os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY))
    try:
        yield part
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _write_csv(part: Path, columns: Sequence[Column], rows: Iterable[Row]) -> int:
    """Write CSV as Athena does: every cell in quotes, and a null an empty cell without any. No text is a formula."""
    count, may_be_formula = 0, [column.type not in NUMBERS for column in columns]
    with part.open("w", encoding="utf-8", newline="") as file:
        file.write(csv_record([_no_formula(column.name) for column in columns]))
        for row in rows:
            cells = zip(row, may_be_formula, strict=True)
            file.write(csv_record([_no_formula(cell) if cell and may else cell for cell, may in cells]))
            count += 1
    return count


def _no_formula(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def csv_record(cells: Sequence[str | None]) -> str:
    """Return one record as Athena writes it: every cell in quotes, a null an empty cell without any."""
    return ",".join("" if cell is None else '"' + cell.replace('"', '""') + '"' for cell in cells) + "\n"


def _write_parquet(part: Path, columns: Sequence[Column], rows: Iterable[Row]) -> int:
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError as error:
        message = "Parquet files need the package pyarrow."
        raise usage(message, "Install ops/requirements.txt, or write a file that ends in .csv.") from error
    schema = pa.schema([(column.name, _arrow_type(pa, column.type)) for column in columns])
    readers = [_READERS.get(column.type, str) for column in columns]
    count = 0
    with parquet.ParquetWriter(part, schema) as writer:
        for batch in _batches(rows):
            values = [
                [None if cell is None else read(cell) for cell in cells]
                for read, cells in zip(readers, zip(*batch, strict=True), strict=True)
            ]
            writer.write_table(pa.table(values, schema=schema))
            count += len(batch)
    return count


def _arrow_type(pa: Any, athena_type: str) -> Any:
    types = {
        "tinyint": pa.int8(),
        "smallint": pa.int16(),
        "integer": pa.int32(),
        "bigint": pa.int64(),
        "float": pa.float32(),
        "real": pa.float32(),
        "double": pa.float64(),
        "boolean": pa.bool_(),
        "date": pa.date32(),
        "timestamp": pa.timestamp("us"),
    }
    return types.get(athena_type, pa.string())


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    remaining = iter(rows)
    while batch := list(itertools.islice(remaining, _ROWS_AT_ONCE)):
        yield batch
