from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract import cells
from tests.csv_texts import CELLS, TEXTS


@given(TEXTS)
def test_every_text_is_restored(text: str) -> None:
    assert cells.restore(cells.escape(text)) == text


@given(st.lists(CELLS, min_size=1).map(tuple))
def test_a_record_is_one_physical_line(row: tuple[str | None, ...]) -> None:
    record = cells.record(row)

    assert record.endswith("\n")
    assert not {"\n", "\r", "\0"} & set(record[:-1])


@given(TEXTS)
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


def test_a_byte_order_mark_that_begins_a_record_is_quoted() -> None:
    assert cells.record(("\ufeffx", "\ufeffx", None)) == '"\ufeffx",\ufeffx,\n'
    assert cells.record(("\ufeff,", "a")) == '"\ufeff,",a\n'
    assert cells.record((None, "\ufeff")) == ",\ufeff\n"
