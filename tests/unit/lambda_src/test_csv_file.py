from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lambda_src.csv_file import CsvFile
from modules.contract import cells
from modules.contract.datasets import REJECTED
from modules.contract.runs import RunObject

HEADER = b"item_key,reason,item_json\n"


def test_a_file_without_rows_still_has_its_header() -> None:
    parts: list[bytes] = []

    assert CsvFile(REJECTED, "key", parts.append).finish() == RunObject("rejected", "key", 0, len(HEADER))
    assert parts == [HEADER]


@given(st.lists(st.tuples(*[st.none() | st.text()] * 3)), st.integers(min_value=1, max_value=200))
def test_parts_are_the_file_whatever_their_size(rows: list[tuple[str | None, ...]], part_bytes: int) -> None:
    parts: list[bytes] = []
    file = CsvFile(REJECTED, "key", parts.append, part_bytes)
    for row in rows:
        file.write([row])
    written = file.finish()

    content = b"".join(parts)
    assert content == HEADER + "".join(map(cells.record, rows)).encode()
    assert written == RunObject("rejected", "key", len(rows), len(content))
    assert all(len(part) >= part_bytes for part in parts[:-1])
    assert all(parts)


def test_a_part_leaves_as_soon_as_it_is_full() -> None:
    parts: list[bytes] = []
    file = CsvFile(REJECTED, "key", parts.append, 100)
    file.write([("a", "b", "c" * 50)])
    assert parts == []
    file.write([("a", "b", "c" * 50)])

    assert [len(part) for part in parts] == [len(HEADER) + 2 * 55]
