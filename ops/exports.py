"""An answer's rows as a file, row by row, so that an answer may be larger than memory."""

from __future__ import annotations

import itertools
import json
import math
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final, TextIO

from ops.exits import Exit, OpsError, usage
from ops.queries import NUMBERS, Column, Row
from ops.typed import option

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
CSV, JSON, PARQUET = "csv", "json", "parquet"
#: What a file can be; its ending says so, or the option for it.
FORMATS: Final = (CSV, JSON, PARQUET)
#: A spreadsheet takes a cell that begins so for a formula, with and without a tab or line break in front, and runs it:
#: https://owasp.org/www-community/attacks/CSV_Injection. Number columns are left alone: -12 is a number.
_FORMULA: Final = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
#: What people asked is for whoever asked.
_OWNER_ONLY: Final = 0o600


def file_format(target: Path | None, asked: str) -> str:
    """Return which of FORMATS a file is to be: what is asked for, else what its ending says. Empty: there is no file.

    Raises:
        OpsError: neither says one, they differ, the folder does not exist, or Parquet would go to the screen.
    """
    if target is None:
        if asked == PARQUET:
            message = "Parquet is no text."
            raise usage(message, f"Name a file: {option('output', 'FILE.parquet')}.")
        return ""
    ending = target.suffix[1:]
    if asked and (asked not in FORMATS or ending in {*FORMATS} - {asked}):
        message = f"{target} cannot be {asked}."
        raise usage(message, f"A file is {', '.join(FORMATS)}: give one of them, and the same ending or none.")
    if not asked and ending not in FORMATS:
        message = f"{target} ends in {target.suffix or 'nothing'}."
        raise usage(message, f"End it in {' or '.join(f'.{each}' for each in FORMATS)}, or give {option('format')}.")
    check_folder(target)
    return asked or ending


def check_folder(target: Path) -> None:
    """Check that a file to write has a folder to be in.

    Raises:
        OpsError: it has none.
    """
    if not target.parent.is_dir():
        message = f"The folder {target.parent} does not exist."
        raise usage(message, "Make it, or write elsewhere.")


def write(target: Path, columns: Sequence[Column], rows: Iterable[Row], form: str) -> int:
    """Write rows to a file in one of FORMATS and return how many; it is there whole or not at all.

    Raises:
        OpsError: it cannot be written.
    """
    try:
        with whole_file(target) as part:
            if form == PARQUET:
                return _write_parquet(part, columns, rows)
            with part.open("w", encoding="utf-8", newline="") as file:
                return WRITERS[form](file, columns, rows)
    except OSError as error:
        raise OpsError(
            Exit.USAGE, f"{target} could not be written: {error}.", "Is there room and permission?"
        ) from error


@contextmanager
def whole_file(target: Path) -> Iterator[Path]:
    """Give a file beside the target, for its owner alone, that takes the target's place if all goes well."""
    part = target.with_name(f".{target.name}.part")
    part.unlink(missing_ok=True)
    os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY))
    try:
        yield part
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def write_csv(file: TextIO, columns: Sequence[Column], rows: Iterable[Row]) -> int:
    """Write CSV as Athena does and return the rows: a null is an empty cell without quotes. No text is a formula."""
    count, may_be_formula = 0, [column.type not in NUMBERS for column in columns]
    file.write(csv_record([_no_formula(column.name) for column in columns]))
    for row in rows:
        cells = zip(row, may_be_formula, strict=True)
        file.write(csv_record([_no_formula(cell) if cell and may else cell for cell, may in cells]))
        count += 1
    return count


def write_json(file: TextIO, columns: Sequence[Column], rows: Iterable[Row]) -> int:
    """Write a JSON list of objects, one a line, and return how many. Numbers and truth values are JSON's own."""
    count = 0
    readers = [_JSON_READERS.get(column.type, str) for column in columns]
    for row in rows:
        cells = zip(columns, readers, row, strict=True)
        said = {column.name: None if cell is None else read(cell) for column, read, cell in cells}
        file.write(f"{',' if count else '['}\n{json.dumps(said, ensure_ascii=False)}")
        count += 1
    file.write("\n]\n" if count else "[]\n")
    return count


def _json_number(text: str) -> float | str:
    """Return a number; JSON has none for NaN and the infinite, which stay texts."""
    number = float(text)
    return number if math.isfinite(number) else text


#: How JSON has what Athena writes; decimals stay texts, for JSON's readers round them.
_JSON_READERS: Final[dict[str, Callable[[str], Any]]] = {
    **{name: _READERS[name] for name in ("tinyint", "smallint", "integer", "bigint", "boolean")},
    **dict.fromkeys(("float", "real", "double"), _json_number),
}

#: What writes a format of text, to a file or to the standard output.
WRITERS: Final[Mapping[str, Callable[[TextIO, Sequence[Column], Iterable[Row]], int]]] = {
    CSV: write_csv,
    JSON: write_json,
}


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
