"""What a clean CSV may hold, and what is refused: anything that ETL-1 would have written otherwise."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import example, given

from contract.cells import record
from contract.datasets import DATA_QUALITY, REJECTED, Dataset
from contract.sources.catia import FEEDBACK, MESSAGES
from glue_src.arrow.csv import parse
from glue_src.arrow.pieces import Piece
from glue_src.engine import Source
from glue_src.exceptions import MalformedDataError
from tests.csv_texts import HUGE_TEXTS, NASTY_TEXTS, rows_of_cells

INSTANT = "2026-01-31T09:00:00.000001Z"
RIGHT = ("u", "c", "1", "user", "t", INSTANT)


def source_of(dataset: Dataset, *names: str) -> Source:
    columns = [column for name in names or dataset.column_names for column in dataset.columns if column.name == name]
    return Source(dataset, "clean/x.csv", 0, tuple(columns))


def parsed(content: bytes, source: Source, wanted: list[str] | None = None) -> list[tuple[Any, ...]]:
    kept = None if wanted is None else pa.array(wanted, pa.string())
    batch = parse(Piece(b"#" + content + b"#", 1, 1 + len(content), 100), source, kept)
    assert batch.schema.names == list(source.dataset.column_names)
    return [tuple(row.values()) for row in batch.to_pylist()]


def messages(*cells: str | None) -> list[tuple[Any, ...]]:
    return parsed(record(RIGHT).encode() + record(cells).encode(), source_of(MESSAGES))[1:]


def test_cells_are_typed() -> None:
    assert messages("u", "c", "-12", None, "", "9999-12-31T23:59:59.999999Z") == [
        ("u", "c", -12, None, "", datetime.fromisoformat("9999-12-31T23:59:59.999999"))
    ]
    content = record(RIGHT).encode()
    batch = parse(Piece(content, 0, len(content), 0), source_of(MESSAGES))
    assert batch.schema.types == [pa.string()] * 2 + [pa.int64()] + [pa.string()] * 2 + [pa.timestamp("us")]


@given(rows_of_cells(3))
@example([("\ufeff", None, ""), (None, "\\", "\ufeff")])
def test_whatever_etl1_writes_comes_back(rows: list[tuple[str | None, ...]]) -> None:
    assert parsed("".join(map(record, rows)).encode(), source_of(REJECTED)) == rows


def test_a_ratio_is_a_number() -> None:
    row = ("r", "d", "t", "c", "passed", "1", "0", "0.05", INSTANT)
    assert parsed(record(row).encode(), source_of(DATA_QUALITY))[0][7] == 0.05
    with pytest.raises(MalformedDataError, match=r"data_quality\.allowed_ratio holds a cell that is not a number"):
        parsed(record((*row[:7], "5%", INSTANT)).encode(), source_of(DATA_QUALITY))


@pytest.mark.parametrize("text", [*NASTY_TEXTS, *HUGE_TEXTS], ids=range(len(NASTY_TEXTS) + len(HUGE_TEXTS)))
def test_nasty_texts_come_back_from_every_column(text: str) -> None:
    row = (text, text, text)
    assert parsed(record(row).encode() * 2, source_of(REJECTED)) == [row, row]


def test_null_and_the_empty_text_stay_apart() -> None:
    assert parsed(b',"",x\n"",,\n,,\n', source_of(REJECTED)) == [(None, "", "x"), ("", None, None), (None, None, None)]


def test_one_column_may_be_null_on_an_empty_line() -> None:
    assert parsed(b'\n""\nx\n\n', source_of(REJECTED, "reason")) == [
        (None, reason, None) for reason in (None, "", "x", None)
    ]


def test_the_last_record_may_lack_its_line_feed() -> None:
    assert parsed(b"a,b,c\nd,e,f", source_of(REJECTED)) == [("a", "b", "c"), ("d", "e", "f")]


def test_columns_come_in_the_contracts_order_and_missing_ones_are_null() -> None:
    source = source_of(MESSAGES, "position", "sent_at", "conversation_id", "user_id")
    (row,) = parsed(f"7,{INSTANT},c,u\n".encode(), source)
    assert row == ("u", "c", 7, None, None, datetime.fromisoformat("2026-01-31T09:00:00.000001"))


@pytest.mark.parametrize("first", ["\ufeffu", "\ufeff", "\ufeff\ufeff"])
def test_a_byte_order_mark_is_a_character_like_any_other(first: str) -> None:
    row = (first, "r", "j")
    assert parsed(record(row).encode(), source_of(REJECTED)) == [row]


@pytest.mark.parametrize("first", ["a", "\ufeff"])
def test_nulls_in_every_column_are_no_empty_line(first: str) -> None:
    rows = [(first, None, None), (None, "b", "c"), (None, None, None)]
    assert parsed(f"{first},,\n,b,c\n,,\n".encode(), source_of(REJECTED)) == rows


@pytest.mark.parametrize(
    "number",
    ["one", "1.5", " 1", "1 ", "+5", "05", "-0", "0x5", "1e3", "1_000", "9223372036854775808", "--1", "", "\u0661"],
)
def test_a_count_is_written_in_one_way_only(number: str) -> None:
    with pytest.raises(MalformedDataError, match=r"messages\.position holds a cell that is not a whole number"):
        messages("u", "c", number, "user", "t", None)


@pytest.mark.parametrize("number", [str(-(2**63)), str(2**63 - 1), "0"])
def test_counts_reach_from_end_to_end(number: str) -> None:
    assert messages("u", "c", number, None, None, None)[0][2] == int(number)


@pytest.mark.parametrize(
    "instant",
    [
        *(
            "yesterday",
            "2026-01-31",
            "2026-01-31T09:00:00Z",
            "2026-01-31 09:00:00.000001Z",
            "2026-01-31T09:00:00.000001",
        ),
        *("2026-02-30T00:00:00.000000Z", "2026-01-31T24:00:00.000000Z", "2026-01-31T09:00:60.000000Z"),
        *("2026-01-31T09:00:00.1+00:00", "2026-01-31T09:00:00.00+0000", "0000-01-01T00:00:00.000000Z"),
        *("2026-01-31T09:00:00.0000001Z", "2026-01-31T09:00:00,000001Z", "-026-01-31T09:00:00.000001Z", ""),
    ],
)
def test_an_instant_is_written_in_one_way_only(instant: str) -> None:
    with pytest.raises(
        MalformedDataError, match=r"messages\.sent_at holds a cell that is not an instant such as 2026-01-31T09"
    ):
        messages("u", "c", "1", "user", "t", instant)


def test_instants_before_the_calendars_change_stay_as_they_are() -> None:
    for text in ("0001-01-01T00:00:00.000000Z", "1582-10-10T23:59:59.999999Z"):
        assert messages("u", "c", "1", None, None, text)[0][5] == datetime.fromisoformat(text).replace(tzinfo=None)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"a,b\n", "a record has 2 cells, its header 3"),
        (b"a,b,c,d\n", "a record has 4 cells, its header 3"),
        (b"\n", "a line is empty"),
        (b"a,b,c\n\nd,e,f\n", "a line is empty"),
        (b"a,b,\xff\n", "a text is not valid UTF-8"),
        (b'a,b,"c\nd,e"\n', "a quoted cell does not end on its line"),
        (b'a,b,"c\nd,e,f\n', "."),
        (b"a,b,c\r\n", "it holds a bare carriage return"),
        (b'a,b,"c\rd"\n', "it holds a bare carriage return"),
        (b"a,b,c\\x\n", r"rejected\.item_json holds a backslash that begins no escape of the contract"),
        (b"a\\,b,c\n", r"rejected\.item_key holds a backslash that begins no escape of the contract"),
    ],
)
def test_a_malformed_record_is_an_error(content: bytes, reason: str) -> None:
    with pytest.raises(MalformedDataError, match=f"rejected: clean/x.csv is malformed: .*{reason}"):
        parsed(b"right,right,right\n" + content, source_of(REJECTED))


@pytest.mark.parametrize(
    "cells",
    [
        ("u", "c", "1", "user", "I am ill,", None),
        ("u", "I am ill", "one I am ill", "user", "t", None),
        ("u", "c", "1", "user", "t", "I am ill on 2026-01-31"),
        ("u", "c", "1", "I am ill\xff", "t", None),
        ("u", "c", "1", "user", "I am ill\\x", None),
    ],
)
def test_an_error_says_where_and_not_what_users_wrote(cells: tuple[str | None, ...]) -> None:
    line = ",".join(cell or "" for cell in cells).encode("latin-1") + b"\n"
    with pytest.raises(MalformedDataError) as caught:
        parsed(record(RIGHT).encode() + line, source_of(MESSAGES))
    assert "ill" not in str(caught.value)
    assert f"between its bytes 100 and {100 + len(record(RIGHT)) + len(line)}" in str(caught.value)
    assert caught.value.__cause__ is None


JANUARY = "CONVERSATION#2026-01"


def test_only_rows_of_wanted_partitions_are_kept_and_those_without_one() -> None:
    keys = [f"{JANUARY}-31", "CONVERSATION#2026-02-01", "CONVERSATION#2026", JANUARY, None, ""]
    content = "".join(record(("u", key, "1", None, None, None)) for key in keys).encode()
    assert [row[1] for row in parsed(content, source_of(MESSAGES), [JANUARY])] == [f"{JANUARY}-31", JANUARY, None]
    assert [row[1] for row in parsed(content, source_of(MESSAGES), [""])] == [None, ""]


def test_partitions_are_cut_by_code_points_after_escapes_are_undone() -> None:
    key = "😀\n\\ñ" + "x" * 20
    content = record(("u", key, "1", None, None, None)).encode()
    assert len(parsed(content, source_of(MESSAGES), [MESSAGES.partition_of(key)])) == 1
    assert len(MESSAGES.partition_of(key)) == 20


def test_cells_of_unwanted_partitions_are_not_looked_at_but_records_are() -> None:
    odd = f"u,CONVERSATION#2026-02-01,one,user,\\x,never\n{','.join(RIGHT)}\n".encode()
    assert parsed(odd, source_of(MESSAGES), [MESSAGES.partition_of("c")])[0][0] == "u"
    with pytest.raises(MalformedDataError, match="a record has 2 cells"):
        parsed(odd + b"u,x\n", source_of(MESSAGES), [JANUARY])


@pytest.mark.parametrize("line", [b"u,\xff,2026,like,,1\n", b"u,f,2026-01-31T09:00:00.000001Z,\xff,c,1\n"])
def test_texts_of_kept_rows_are_utf8(line: bytes) -> None:
    other = record(("u", "g", INSTANT, "like", None, "1")).encode()
    with pytest.raises(MalformedDataError, match="a text is not valid UTF-8"):
        parsed(line + other, source_of(FEEDBACK), ["f", "\ufffd"])
