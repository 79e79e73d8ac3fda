from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modules.contract import cells

#: Any text, with what CSV readers stumble over much more often than chance would have it.
NASTY_TEXT = st.text() | st.text(alphabet='\\\n\r\0",|nr0a \t\x0b\x0c\x1c\x85\u2028\ufeff😀ñ')
CELLS = st.lists(st.none() | NASTY_TEXT, min_size=2, max_size=12).map(tuple)


def read_back(record: str) -> list[str]:
    (row,) = csv.reader(io.StringIO(record, newline=""), strict=True)
    return [cells.restore(cell) for cell in row]


@given(CELLS)
def test_any_text_survives_a_csv_reader(row: tuple[str | None, ...]) -> None:
    assert read_back(cells.record(row)) == ["" if cell is None else cell for cell in row]


@given(CELLS)
def test_a_record_is_one_physical_line(row: tuple[str | None, ...]) -> None:
    record = cells.record(row)

    assert record.endswith("\n")
    assert not {"\n", "\r", "\0"} & set(record[:-1])


@given(NASTY_TEXT)
def test_only_null_is_an_empty_unquoted_cell(text: str) -> None:
    assert cells.cell(text) != ""


def test_null_and_empty_text_differ_in_the_raw_record() -> None:
    assert cells.record((None, "", "a")) == ',"",a\n'


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("plain", "plain"),
        ("a,b", '"a,b"'),
        ('say "hola"', '"say ""hola"""'),
        ("uno\ndos\r\n", r"uno\ndos\r\n"),
        ("\\n", r"\\n"),
        ("\0", r"\0"),
        (" a | b ", " a | b "),
        ("ñ😀\u2028", "ñ😀\u2028"),
    ],
)
def test_cells_are_written_like_this(text: str, cell: str) -> None:
    assert cells.cell(text) == cell


@pytest.mark.parametrize("escaped", ["\\", "a\\x", "\\\\\\", "\\\n"])
def test_restore_refuses_what_escape_never_writes(escaped: str) -> None:
    with pytest.raises(ValueError, match="is no escape of this contract; known are"):
        cells.restore(escaped)
