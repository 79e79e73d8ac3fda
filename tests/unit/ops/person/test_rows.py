"""Whose a row is, and what is read to tell."""

from __future__ import annotations

import gzip
import io
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from contract.datasets import REJECTED
from contract.serving import named_queries_of, views_of
from contract.sources import contract_named, contract_names
from contract.sources.catia import CONTRACT
from contract.spanish import REJECTED_ITEMS
from ops.exits import OpsError
from ops.person.identity import identity_of, users_of
from ops.person.listing import UnreadError
from ops.person.rows import Search, Sighting, sightings
from ops.person.words import Words

IDENTITY = identity_of(CONTRACT)


class Counting(io.BytesIO):
    """Counts what is read."""

    bytes_read = 0

    def readinto(self, buffer: Any) -> int:
        read = super().readinto(buffer)
        self.bytes_read += read
        return read


def search(*users: str, **options: Any) -> Search:
    return Search(CONTRACT, IDENTITY, Words(users, key_prefix=IDENTITY.prefix), **options)


def seen(content: bytes, wanted: Search, key: str = "a.csv", *, escaped: bool = False) -> list[Sighting]:
    stream: Any = io.BufferedReader(io.BytesIO(content))
    return sorted(sightings(stream, key, wanted, escaped=escaped), key=lambda each: (each.user, not each.is_held))


def parquet_of(columns: dict[str, Any], **options: Any) -> bytes:
    written = io.BytesIO()
    pq.write_table(pa.table(columns), written, **options)
    return written.getvalue()


def test_only_the_columns_and_row_groups_that_can_tell_are_read() -> None:
    rows = 20_000
    users = [f"user-{number // 100:04}" for number in range(rows)]
    content = parquet_of(
        {"user_id": users, "text": [f"{number:0200}" for number in range(rows)]},
        row_group_size=1_000,
        compression="none",
    )

    def read(wanted: Search) -> tuple[int, int]:
        counting = Counting(content)
        found = list(sightings(io.BufferedReader(counting, 4096), "a", wanted, escaped=False))
        return len(found), counting.bytes_read

    held, little = read(search("user-0007", mentions=False))
    assert held == 100
    assert little < len(content) / 50
    assert read(search("user-0007", mentions=False, whole=True))[1] < len(content) / 10, "and the rows of one group"
    assert read(search("nobody", mentions=False))[0] == 0
    assert read(search("user-0007"))[1] > len(content) / 2, "mentions are in texts"


def test_a_rejected_item_is_whose_key_it_has() -> None:
    columns = {
        "item_key": [
            '{"PK":{"S":"USER#user-1"},"SK":{"S":"x"}}',
            '{"PK":{"N":"1"}}',
            "no JSON",
            '{"PK":{"S":"USER#user-12"}}',
        ],
        "reason": ["a"] * 4,
        "item_json": ["{}", '{"note":{"S":"user-1"}}', '{"PK":"USER#user-1"}', "{}"],
    }
    assert [each.is_held for each in seen(parquet_of(columns), search("user-1"), "a")] == [True, False, False]


def test_an_answer_of_a_query_may_call_the_column_anything() -> None:
    content = b'"who","n"\n"user-1","2"\n"user-12","user-1, too"\n"a ""quoted""\nline","user-1"\n'
    assert [each.is_held for each in seen(content, search("user-1"))] == [True, True, False]
    assert len(seen(gzip.compress(content), search("user-1"), "a.csv.gz")) == 3


def test_cells_are_restored_only_where_they_were_escaped() -> None:
    user = "a\nb\\c"
    content = b"user_id,text\na\\nb\\\\c,x\n"
    assert [each.is_held for each in seen(content, search(user), escaped=True)] == [True]
    assert seen(content, search(user)) == []


def test_own_words_are_no_mention() -> None:
    columns = {"user_id": ["user-1", "user-2"], "text": ["I am user-1", "ask user-1 or user-2"]}
    assert [(each.user, each.is_held) for each in seen(parquet_of(columns), search("user-1", "user-2"), "a")] == [
        (0, True),
        (0, False),
        (1, True),
    ]


@pytest.mark.parametrize("content", [b"user_id,text\na,b,c\n", b"user_id,text\n\xff,b\n", b"PAR1nothing"])
def test_what_cannot_be_read_is_told(content: bytes) -> None:
    with pytest.raises(UnreadError):
        seen(content, search("user-1"))


def test_a_contract_that_names_nobody_says_so() -> None:
    with pytest.raises(OpsError, match="names nobody"):
        identity_of(contract_named("tickets"))


def test_identifiers_come_from_a_line_or_a_list_as_they_are(tmp_path: Any) -> None:
    lines, listed = tmp_path / "asked.txt", tmp_path / "asked.json"
    lines.write_bytes(b'one\r\n "two", 2 \n\none\n')
    listed.write_text('["a\\nb", "one"]', encoding="utf-8")
    assert users_of("", lines) == ("one", ' "two", 2 ')
    assert users_of("", listed) == ("a\nb", "one")
    for user, file in (("", None), ("one", lines)):
        with pytest.raises(OpsError):
            users_of(user, file)


@pytest.mark.parametrize("name", contract_names())
def test_each_column_is_told_in_spanish(name: str) -> None:
    contract = contract_named(name)
    names = {each for dataset in contract.datasets for each in (dataset.name, *dataset.column_names)}
    views = {
        each for view in views_of(contract) for each in (view.name, *(f"{view.name}.{c.name}" for c in view.columns))
    }
    told = {*contract.spanish, *REJECTED_ITEMS}
    assert names <= told <= names | views | {query.name for query in named_queries_of(contract)}
    assert REJECTED in contract.datasets
