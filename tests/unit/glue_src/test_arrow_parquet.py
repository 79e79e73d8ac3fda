"""Row groups put together are one Parquet file, to the byte where its footer says they are."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from bench.lake.page_index import PageIndex
from glue_src.arrow_parquet import ParquetAssembly, encode
from glue_src.arrow_types import schema_of
from glue_src.row_groups import PAGE_ROWS
from glue_src.thrift import Struct, read_struct, write_struct
from sources.catia import MESSAGES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SCHEMA = schema_of(MESSAGES)


def batch_of(first: int, rows: int = 50) -> pa.RecordBatch:
    cells = [
        {"user_id": "u", "conversation_id": f"c{number}", "position": number, "sender": None, "text": f"t{number}" * 9}
        for number in range(first, first + rows)
    ]
    return pa.RecordBatch.from_pylist(cells, SCHEMA)


def assembled(batches: list[pa.RecordBatch]) -> bytes:
    file = io.BytesIO()
    assembly = ParquetAssembly(file)
    for batch in [batch_of(0, 0), *batches]:
        assembly.add(encode(batch, MESSAGES))
    assembly.finish()
    return file.getvalue()


def footer_of(content: bytes) -> bytes:
    length = int.from_bytes(content[-8:-4], "little")
    return content[-8 - length : -8]


def chunks_of(content: bytes) -> Iterator[Struct]:
    for row_group in read_struct(footer_of(content))[4][1][1]:
        yield from row_group[1][1][1]


def value(fields: Struct, *numbers: int) -> Any:
    found: Any = fields
    for number in numbers:
        found = found[number][1]
    return found


@pytest.mark.parametrize("row_groups", [0, 1, 2, 14, 15, 16, 40])
def test_all_row_groups_are_read_in_order(row_groups: int) -> None:
    batches = [batch_of(number * 50) for number in range(row_groups)]
    content = assembled(batches)
    metadata = parquet.read_metadata(io.BytesIO(content))
    assert (metadata.num_row_groups, metadata.num_rows) == (row_groups, 50 * row_groups)
    assert parquet.read_table(io.BytesIO(content)).equals(pa.Table.from_batches(batches, SCHEMA))


def test_indexes_say_where_pages_are_now() -> None:
    content = assembled([batch_of(number * 50) for number in range(3)])
    for chunk in chunks_of(content):
        begin, length = value(chunk, 4), value(chunk, 5)
        (location,) = value(read_struct(content[begin : begin + length]), 1)[1]
        assert value(location, 1) == value(chunk, 3, 9)
        assert value(location, 2) > 0


def test_indexes_of_columns_are_copied_unchanged() -> None:
    batches = [batch_of(number * 50) for number in range(3)]
    alone = [chunk for batch in batches for chunk in _column_indexes(encode(batch, MESSAGES).to_pybytes())]
    assert list(_column_indexes(assembled(batches))) == alone
    assert len(alone) == 3 * 5


def _column_indexes(content: bytes) -> Iterator[bytes]:
    for chunk in chunks_of(content):
        if 6 in chunk:
            yield content[value(chunk, 6) : value(chunk, 6) + value(chunk, 7)]


@pytest.mark.parametrize("row_groups", [1, 14, 15, 16, 200])
def test_pyarrows_own_footers_are_rewritten_to_the_byte(row_groups: int) -> None:
    sink = io.BytesIO()
    table = pa.table({"a": ["x"] * row_groups, "b": [[1.5]] * row_groups, "c": [True] * row_groups})
    parquet.write_table(table, sink, row_group_size=1, sorting_columns=[parquet.SortingColumn(0)])
    footer = footer_of(sink.getvalue())
    assert write_struct(read_struct(footer)) == footer


_NUMBERS = st.integers(-(2**63), 2**63 - 1)
_FIELDS = st.one_of(
    st.tuples(st.just(6), _NUMBERS),
    st.tuples(st.just(8), st.binary(max_size=300)),
    st.sampled_from([(1, True), (2, False)]),
    st.tuples(st.just(9), st.tuples(st.just(6), st.lists(_NUMBERS, max_size=20))),
)


@settings(deadline=None)
@given(st.dictionaries(st.integers(1, 300), _FIELDS, max_size=20))
def test_any_struct_comes_back(fields: Struct) -> None:
    assert read_struct(write_struct(fields)) == fields


def test_what_no_footer_holds_is_refused() -> None:
    with pytest.raises(ValueError, match="type 11 of Thrift"):
        read_struct(bytes([0x1B, 0]))


def test_narrow_columns_have_pages_of_few_rows(tmp_path: Path) -> None:
    file = tmp_path / "messages.parquet"
    file.write_bytes(assembled([batch_of(0, 3 * PAGE_ROWS)]))
    index = PageIndex(file)
    (one, two, all_) = (
        index.to_fetch(("position",), "conversation_id", "c1", last) for last in ("c1", "c1999", "c9999")
    )
    assert 0 < one < two < all_
    assert all_ == pytest.approx(3 * one, rel=0.2)
