"""What a clean CSV may hold, and what is refused: anything that ETL-1 would have written otherwise."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pyarrow as pa
import pytest

from glue_src.arrow_csv import parse
from glue_src.arrow_pieces import Piece
from glue_src.engine import Source
from glue_src.exceptions import MalformedDataError
from modules.contract.cells import record
from modules.contract.datasets import DATA_QUALITY, REJECTED, Dataset
from sources.catia import CONVERSATIONS, MESSAGES
from tests.csv_texts import HUGE_TEXTS, NASTY_TEXTS

INSTANT = "2026-01-31T09:00:00.000001Z"
RIGHT = ("u", "c", "1", "user", "t", INSTANT)


def source_of(dataset: Dataset, *names: str) -> Source:
    columns = [column for name in names or dataset.column_names for column in dataset.columns if column.name == name]
    return Source(dataset, "clean/x.csv", 0, tuple(columns), "t/")


def parsed(content: bytes, source: Source) -> list[tuple[Any, ...]]:
    batch = parse(Piece(b"#" + content + b"#", 1, 1 + len(content), 100), source)
    assert batch.schema.names == list(source.dataset.column_names)
    return [tuple(row.values()) for row in batch.to_pylist()]


def messages(*cells: str | None) -> list[tuple[Any, ...]]:
    return parsed(record(RIGHT).encode() + record(cells).encode(), source_of(MESSAGES))[1:]


def test_cells_are_typed() -> None:
    assert messages("u", "c", "-12", None, "", "9999-12-31T23:59:59.999999Z") == [
        ("u", "c", -12, None, "", datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=timezone.utc))
    ]
    content = record(RIGHT).encode()
    batch = parse(Piece(content, 0, len(content), 0), source_of(MESSAGES))
    assert batch.schema.types == [pa.string()] * 2 + [pa.int64()] + [pa.string()] * 2 + [pa.timestamp("us", tz="UTC")]


def test_a_share_is_a_number() -> None:
    row = ("r", "d", "c", "passed", "1", "0", "0.05", INSTANT)
    assert parsed(record(row).encode(), source_of(DATA_QUALITY))[0][6] == 0.05
    with pytest.raises(MalformedDataError, match=r"data_quality\.allowed_share holds '5%', which is not a number"):
        parsed(record((*row[:6], "5%", INSTANT)).encode(), source_of(DATA_QUALITY))


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
    assert row == ("u", "c", 7, None, None, datetime(2026, 1, 31, 9, 0, 0, 1, tzinfo=timezone.utc))


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
    with pytest.raises(MalformedDataError, match=r"messages\.position holds .* which is not a whole number"):
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
    with pytest.raises(MalformedDataError, match=r"messages\.sent_at holds .* not an instant such as 2026-01-31T09"):
        messages("u", "c", "1", "user", "t", instant)


def test_instants_before_the_calendars_change_stay_as_they_are() -> None:
    for text in ("0001-01-01T00:00:00.000000Z", "1582-10-10T23:59:59.999999Z"):
        assert messages("u", "c", "1", None, None, text)[0][5] == datetime.fromisoformat(text)


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


def test_an_error_says_where_and_not_what_users_wrote() -> None:
    private = "I am ill"
    with pytest.raises(MalformedDataError) as caught:
        parsed(record(RIGHT).encode() + f"u,c,1,user,{private}\n".encode(), source_of(MESSAGES))
    assert private not in str(caught.value)
    assert "between its bytes 100 and 161" in str(caught.value)


def test_of_an_odd_cell_only_the_beginning_is_shown() -> None:
    row = (*("u", "c", INSTANT, "n", "c", "g", "s", "o", "l"), "1" * 1000, "1")
    with pytest.raises(MalformedDataError, match=rf"message_count holds '{'1' * 40}', which"):
        parsed(record(row).encode(), source_of(CONVERSATIONS))
