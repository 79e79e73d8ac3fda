"""What a clean CSV may hold; ``test_csv_faults.py`` has what is refused, and why."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import example, given

from contract.cells import record
from contract.datasets import DATA_QUALITY, REJECTED, Dataset
from contract.sources.catia import MESSAGES
from glue_src.arrow.csv import parse
from glue_src.arrow.csv_chunks import CsvChunk
from glue_src.engine import Source
from glue_src.exceptions import SuspectCsvError
from tests.csv_texts import HUGE_TEXTS, NASTY_TEXTS, rows_of_cells

INSTANT = "2026-01-31T09:00:00.000001Z"
RIGHT = ("u", "c", "1", "user", "t", INSTANT)


def source_of(dataset: Dataset, *names: str) -> Source:
    columns = [column for name in names or dataset.column_names for column in dataset.columns if column.name == name]
    return Source(dataset, "clean/x.csv", 0, tuple(columns))


def parsed(content: bytes, source: Source, wanted: list[str] | None = None) -> list[tuple[Any, ...]]:
    kept = None if wanted is None else pa.array(wanted, pa.string())
    batch = parse(CsvChunk(b"#" + content + b"#", 1, 1 + len(content), 100), source, kept)
    assert batch.schema.names == list(source.dataset.column_names)
    return [tuple(row.values()) for row in batch.to_pylist()]


def messages(*cells: str | None) -> list[tuple[Any, ...]]:
    return parsed(record(RIGHT).encode() + record(cells).encode(), source_of(MESSAGES))[1:]


def test_cells_are_typed() -> None:
    assert messages("u", "c", "-12", None, "", "9999-12-31T23:59:59.999999Z") == [
        ("u", "c", -12, None, "", datetime.fromisoformat("9999-12-31T23:59:59.999999"))
    ]
    content = record(RIGHT).encode()
    batch = parse(CsvChunk(content, 0, len(content), 0), source_of(MESSAGES))
    assert batch.schema.types == [pa.string()] * 2 + [pa.int64()] + [pa.string()] * 2 + [pa.timestamp("us")]


@given(rows_of_cells(3))
@example([("\ufeff", "r", ""), ("", "\\", "\ufeff")])
def test_whatever_etl1_writes_comes_back(rows: list[tuple[str | None, ...]]) -> None:
    rows = [row for row in rows if None not in row[:2]]
    assert parsed("".join(map(record, rows)).encode(), source_of(REJECTED)) == rows


def test_a_ratio_is_a_number() -> None:
    row = ("r", "d", "t", "c", "passed", "1", "0", "0.05", INSTANT)
    assert parsed(record(row).encode(), source_of(DATA_QUALITY))[0][7] == 0.05


@pytest.mark.parametrize("text", [*NASTY_TEXTS, *HUGE_TEXTS], ids=range(len(NASTY_TEXTS) + len(HUGE_TEXTS)))
def test_nasty_texts_come_back_from_every_column(text: str) -> None:
    row = (text, text, text)
    assert parsed(record(row).encode() * 2, source_of(REJECTED)) == [row, row]


def test_null_and_the_empty_text_stay_apart() -> None:
    assert parsed(b'a,"",x\n"",b,\n', source_of(REJECTED)) == [("a", "", "x"), ("", "b", None)]


def test_one_column_may_be_null_on_an_empty_line() -> None:
    assert parsed(b'\n""\nx\n\n', source_of(REJECTED, "item_json")) == [
        (None, None, text) for text in (None, "", "x", None)
    ]


def test_columns_come_in_the_contracts_order_and_missing_ones_are_null() -> None:
    source = source_of(MESSAGES, "position", "sent_at", "conversation_id", "user_id")
    (row,) = parsed(f"7,{INSTANT},c,u\n".encode(), source)
    assert row == ("u", "c", 7, None, None, datetime.fromisoformat("2026-01-31T09:00:00.000001"))


@pytest.mark.parametrize("first", ["\ufeffu", "\ufeff", "\ufeff\ufeff"])
def test_a_byte_order_mark_is_a_character_like_any_other(first: str) -> None:
    row = (first, "r", "j")
    assert parsed(record(row).encode(), source_of(REJECTED)) == [row]


@pytest.mark.parametrize("number", [str(-(2**63)), str(2**63 - 1), "0"])
def test_counts_reach_from_end_to_end(number: str) -> None:
    assert messages("u", "c", number, None, None, None)[0][2] == int(number)


def test_instants_before_the_calendars_change_stay_as_they_are() -> None:
    for text in ("0001-01-01T00:00:00.000000Z", "1582-10-10T23:59:59.999999Z"):
        assert messages("u", "c", "1", None, None, text)[0][5] == datetime.fromisoformat(text).replace(tzinfo=None)


JANUARY = "CONVERSATION#2026-01"


def test_only_rows_of_wanted_partitions_are_kept() -> None:
    keys = [f"{JANUARY}-31", "CONVERSATION#2026-02-01", "CONVERSATION#2026", JANUARY, ""]
    content = "".join(record(("u", key, "1", None, None, None)) for key in keys).encode()
    assert [row[1] for row in parsed(content, source_of(MESSAGES), [JANUARY])] == [f"{JANUARY}-31", JANUARY]
    assert [row[1] for row in parsed(content, source_of(MESSAGES), [""])] == [""]
    with pytest.raises(SuspectCsvError):
        parsed(content + record(("u", None, "1", None, None, None)).encode(), source_of(MESSAGES), [JANUARY])


def test_partitions_are_cut_by_code_points_after_escapes_are_undone() -> None:
    key = "😀\n\\ñ" + "x" * 20
    content = record(("u", key, "1", None, None, None)).encode()
    assert len(parsed(content, source_of(MESSAGES), [MESSAGES.partition_of(key)])) == 1
    assert len(MESSAGES.partition_of(key)) == 20


def test_cells_of_unwanted_partitions_are_not_looked_at_but_records_are() -> None:
    odd = f"u,CONVERSATION#2026-02-01,one,user,\\x,never\n{','.join(RIGHT)}\n".encode()
    assert parsed(odd, source_of(MESSAGES), [MESSAGES.partition_of("c")])[0][0] == "u"
    with pytest.raises(SuspectCsvError):
        parsed(odd + b"u,x\n", source_of(MESSAGES), [JANUARY])
