"""What is wrong with a clean CSV: a code, the place and a hash, nothing of the record; the Arrow engine agrees."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contract.cells import record
from contract.datasets import DATA_QUALITY, REJECTED, Dataset
from contract.sources.catia import MESSAGES
from glue_src.arrow.csv import parse
from glue_src.arrow.csv_chunks import CsvChunk
from glue_src.csv_faults import CsvFault, FaultCode, first_fault
from glue_src.engine import Source
from glue_src.exceptions import SuspectCsvError
from tests.csv_texts import HUGE_TEXTS, NASTY_TEXTS, rows_of_cells
from tests.damaged_csvs import DAMAGED, MISFITS, SECRET, line, measure
from tests.shop import MEASURES


def source_of(dataset: Dataset) -> Source:
    return Source(dataset, "clean/x.csv", 0, dataset.columns)


def fault_of(body: bytes, dataset: Dataset) -> CsvFault:
    *whole, left = (record(dataset.column_names).encode() + body).split(b"\n")
    return first_fault([*(each + b"\n" for each in whole), *([left] if left else [])], source_of(dataset))


def engine_takes(body: bytes, dataset: Dataset) -> bool:
    try:
        parse(CsvChunk(body, 0, len(body), 0), source_of(dataset))
    except SuspectCsvError as error:
        # What is behind it may quote the record.
        return error.__cause__ is not None or not error.__suppress_context__
    return True


CASES = [
    *((MESSAGES, line(b"right"), *damaged) for damaged in DAMAGED.values()),
    *((MEASURES, measure("whole", "-5"), *damaged) for damaged in MISFITS.values()),
]


@pytest.mark.parametrize(("dataset", "right", "body", "code"), CASES, ids=[*DAMAGED, *MISFITS])
def test_a_damaged_record_has_its_code_and_the_arrow_engine_refuses_it(
    dataset: Dataset, right: bytes, body: bytes, code: FaultCode
) -> None:
    assert engine_takes(right, dataset)
    found = fault_of(right + body, dataset)
    assert (found.code, found.line) == (code, 3)
    assert SECRET.decode() not in str(found)
    assert not engine_takes(right + body, dataset)


def test_a_fault_is_told_by_place_length_and_hash() -> None:
    bad = line(position=b"one")
    digest = hashlib.sha256(bad[:-1]).hexdigest()[:16]
    told = str(fault_of(line() + bad, MESSAGES))
    assert told.startswith("[count] a cell is not a whole number of 64 bits")
    assert told.endswith(f"line 3, column position; the line has {len(bad) - 1} bytes, SHA-256 {digest}….")


@given(rows_of_cells(3))
@example([(text, text, text) for text in (*NASTY_TEXTS, *HUGE_TEXTS)])
def test_what_etl1_writes_has_no_fault(rows: list[tuple[str | None, ...]]) -> None:
    rows = [row for row in rows if None not in row[:2]]
    assert fault_of("".join(map(record, rows)).encode(), REJECTED).code is FaultCode.UNEXPLAINED


_BYTES = st.sampled_from([b'"', b",", b"\n", b"\\", b"a", b"\r", b"\0", b"\xef\xbb\xbf", b"\xff", b"0", b" "])


@given(st.lists(_BYTES, max_size=30).map(b"".join))
@example(b'"",a,b\n')
@example(b'a,"b",c\n')
@example(b"\xef\xbb\xbf,b,c\n")
@example(b'"\xef\xbb\xbf",b,c\n')
def test_engine_and_judge_agree_on_any_bytes(body: bytes) -> None:
    is_right = not body or fault_of(body, REJECTED).code is FaultCode.UNEXPLAINED
    assert engine_takes(body, REJECTED) == is_right


@pytest.mark.parametrize("number", ["0.05", "1", "-1e-3", "5%", "nan", "inf", "1.", ".5", "1 ", "0x1", ""])
def test_a_ratio_is_a_number(number: str) -> None:
    row = record(("r", "d", "t", "c", "passed", "1", "0", number, "2026-01-31T09:00:00.000001Z")).encode()
    is_right = number in ("0.05", "1", "-1e-3")
    assert engine_takes(row, DATA_QUALITY) == is_right
    assert (fault_of(row, DATA_QUALITY).code is FaultCode.NUMBER) == (not is_right)
