from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest
from pyarrow import parquet

from ops.exits import OpsError
from ops.exports import CSV, PARQUET, file_format, write
from ops.queries import Column, Row

COLUMNS = (
    Column("text", "varchar"),
    Column("count", "bigint"),
    Column("share", "double"),
    Column("yes", "boolean"),
    Column("day", "date"),
    Column("at", "timestamp"),
)
ROWS: list[Row] = [
    ('a,"b"\nc', "12", "0.5", "true", "2026-01-31", "2026-01-31 04:30:00.123"),
    ("", None, None, None, None, None),
    (None, "0", "1.0E10", "false", "2026-02-01", "2026-01-31 04:30:00"),
]


def test_csv_tells_a_null_from_an_empty_text(tmp_path: Path) -> None:
    target = tmp_path / "answer.csv"
    assert write(target, COLUMNS[:2], [row[:2] for row in ROWS], CSV) == 3
    assert target.read_text(encoding="utf-8") == '"text","count"\n"a,""b""\nc","12"\n"",\n,"0"\n'


@pytest.mark.parametrize("sign", list("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"))
def test_no_text_is_a_formula_of_a_spreadsheet(tmp_path: Path, sign: str) -> None:
    text, number = f"{sign}1+cmd|' /C calc'!A0", "-12"
    columns, row = (Column(text, "varchar"), Column("count", "bigint"), Column("all", "array(varchar)")), (text, number)
    write(tmp_path / "answer.csv", columns, [(*row, f"{sign}[]"), (f"a{sign}", None, None)], CSV)
    with (tmp_path / "answer.csv").open(encoding="utf-8", newline="") as file:
        names, first, second = csv.reader(file)
    assert names == [f"'{text}", "count", "all"]
    assert first == [f"'{text}", "-12", f"'{sign}[]"]
    assert second == [f"a{sign}", "", ""]
    write(tmp_path / "answer.parquet", columns[:2], [row], PARQUET)
    assert parquet.read_table(tmp_path / "answer.parquet").to_pylist() == [{text: text, "count": -12}]


@pytest.mark.parametrize("name", ["answer.csv", "answer.parquet"])
def test_only_who_asked_may_read_the_file(tmp_path: Path, name: str) -> None:
    target, stranger, modes = tmp_path / name, tmp_path / "stranger", []
    part = target.with_name(f".{name}.part")
    stranger.write_text("before", encoding="utf-8")
    part.symlink_to(stranger)
    target.touch(mode=0o644)

    def rows() -> Iterator[Row]:
        modes.append(part.stat().st_mode & 0o777)
        yield ("1",)

    before = os.umask(0o022)
    try:
        write(target, COLUMNS[:1], rows(), target.suffix[1:])
    finally:
        os.umask(before)
    assert (modes, target.stat().st_mode & 0o777) == ([0o600], 0o600)
    assert stranger.read_text(encoding="utf-8") == "before"


def test_parquet_is_typed(tmp_path: Path) -> None:
    target = tmp_path / "answer.parquet"
    assert write(target, COLUMNS, ROWS, PARQUET) == 3
    rows = parquet.read_table(target).to_pylist()
    assert rows[0] == {
        "text": 'a,"b"\nc',
        "count": 12,
        "share": 0.5,
        "yes": True,
        "day": date(2026, 1, 31),
        "at": datetime(2026, 1, 31, 4, 30, 0, 123000),
    }
    assert list(rows[1].values()) == ["", None, None, None, None, None]
    assert rows[2]["share"] == 1e10


def test_an_answer_without_rows_is_a_file_with_columns(tmp_path: Path) -> None:
    assert write(tmp_path / "none.parquet", COLUMNS, [], PARQUET) == 0
    assert parquet.read_table(tmp_path / "none.parquet").column_names == [column.name for column in COLUMNS]


def test_a_broken_answer_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    target = tmp_path / "answer.csv"
    target.write_text("before", encoding="utf-8")

    def rows() -> Iterator[Row]:
        yield ("1",)
        message = "the network is gone"
        raise ConnectionError(message)

    with pytest.raises(OpsError, match="could not be written: the network is gone"):
        write(target, COLUMNS[:1], rows(), CSV)
    assert target.read_text(encoding="utf-8") == "before"
    assert list(tmp_path.iterdir()) == [target]


def test_targets_are_checked_before_anything_is_paid_for(tmp_path: Path) -> None:
    for name, asked, wrong in (
        ("a.xlsx", "", r"ends in \.xlsx"),
        ("none/a.csv", "", "does not exist"),
        ("a.csv", "json", r"a\.csv cannot be json"),
        ("a.csv", "records", r"a\.csv cannot be records"),
    ):
        with pytest.raises(OpsError, match=wrong):
            file_format(tmp_path / name, asked)
    with pytest.raises(OpsError, match="Parquet is no text"):
        file_format(None, "parquet")


@pytest.mark.parametrize(
    ("name", "asked", "form"),
    [("a.csv", "", "csv"), ("a.parquet", "parquet", "parquet"), ("a.txt", "csv", "csv"), ("a", "parquet", "parquet")],
)
def test_the_format_is_what_is_asked_for_or_what_the_ending_says(
    tmp_path: Path, name: str, asked: str, form: str
) -> None:
    assert file_format(tmp_path / name, asked) == form
    assert write(tmp_path / name, COLUMNS[1:2], [("12",)], form) == 1
    content = (tmp_path / name).read_bytes()
    assert content.startswith(b"PAR1") is (form == "parquet")


def test_without_a_file_there_is_no_format_of_one() -> None:
    assert [file_format(None, asked) for asked in ("", "table", "csv")] == ["", "", ""]
