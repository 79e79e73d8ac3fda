from __future__ import annotations

import json
import pickle
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.datasets import IDENTIFIER, REJECTED, Dataset, text
from contract.keys import new_key
from contract.source import ContractError, ItemKind, SourceContract
from contract.sources import contract_named
from contract.tombstones import (
    Coverage,
    HonouredTombstones,
    Tombstone,
    Tombstones,
    TombstonesError,
    hash_of,
    parse_key,
)

ERASED = datetime(2026, 2, 1, 12, tzinfo=UTC)
KEY = bytes(range(32))
USERS = st.text(min_size=1, max_size=40)


def tombstone(user: str, until: datetime = ERASED) -> Tombstone:
    return Tombstone(hash_of(KEY, "catia", user), until, until)


def tombstones(*users: str) -> Tombstones:
    return Tombstones().with_added(map(tombstone, users))


def coverage(*users: str) -> Coverage:
    return Coverage("catia", "USER#", KEY, tombstones(*users))


@given(st.lists(USERS, max_size=5))
def test_what_is_written_is_read_and_names_nobody(users: list[str]) -> None:
    made = tombstones(*users)

    assert Tombstones.from_json(made.to_json()) == made
    assert set(json.loads(made.to_json())["tombstones"][0] if users else {}) <= {"hash", "covers_until", "written_at"}


@given(st.lists(USERS, max_size=5), USERS)
def test_adding_twice_changes_nothing_and_adding_anybody_changes_the_digest(users: list[str], other: str) -> None:
    made = tombstones(*users)

    assert made.with_added(map(tombstone, users)) == made
    assert (made.with_added([tombstone(other)]).honoured != made.honoured) == (other not in users)


def test_a_person_who_is_erased_again_is_covered_until_the_later_time() -> None:
    once, later = tombstone("ana"), tombstone("ana", ERASED + timedelta(days=9))

    for order in ([once, later], [later, once]):
        assert list(Tombstones().with_added(order).by_hash.values()) == [later]


def test_what_a_run_honoured_survives_its_summary() -> None:
    honoured = tombstones("ana", "luis").honoured

    assert honoured is not None
    assert honoured.count == 2
    assert HonouredTombstones.from_document(json.loads(json.dumps(honoured.document()))) == honoured
    assert Tombstones().honoured is None


@pytest.mark.parametrize(
    "document",
    [
        "",
        "[]",
        "null",
        "{}",
        '{"version": 2, "tombstones": []}',
        '{"version": 1}',
        '{"version": 1, "tombstones": [{}]}',
        '{"version": 1, "tombstones": null}',
        tombstones("ana").to_json()[:-9],
        tombstones("ana").to_json().replace(tombstone("ana").hash, "ana"),
        tombstones("ana").to_json().replace("+00:00", ""),
        json.dumps({"version": 1, "tombstones": json.loads(tombstones("ana").to_json())["tombstones"] * 2}),
        b"\xff\xfe",
        "[" * 100_000,
    ],
)
def test_damaged_tombstones_are_never_none(document: str | bytes) -> None:
    with pytest.raises(TombstonesError, match="damaged"):
        Tombstones.from_json(document)


def test_keys_are_random_and_damaged_ones_are_refused_without_being_told() -> None:
    assert len(parse_key(new_key())) == 32
    assert new_key() != new_key()
    for damaged in ("", "secret", new_key()[:-1], new_key().upper().replace("0", "G") + "\n"):
        with pytest.raises(TombstonesError) as raised:
            parse_key(damaged)
        assert "secret" not in str(raised.value)


def test_a_hash_is_of_one_key_and_contract() -> None:
    hashes = {hash_of(KEY, "catia", "ana"), hash_of(KEY, "tickets", "ana"), hash_of(bytes(32), "catia", "ana")}
    assert len(hashes) == 3
    # Written down: with another way of hashing nobody who was erased is known again.
    assert hash_of(KEY, "catia", "ana") == "a3060383a199f8eb2fddb64c3b26f5cf1c6fd4d08b17ad7a97fa1dcff5496936"


@pytest.mark.parametrize(
    ("partition_key", "is_covered"),
    [
        ("USER#ana", True),
        ("USER#an", False),
        ("USER#ana1", False),
        ("USER#ana ", False),
        ("USER#Ana", False),
        ("USER#USER#ana", False),
        ("USER#", False),
        ("ana", False),
        ("user#ana", False),
        ("", False),
        (None, False),
        ("USER#José/ñ\n\"'|,*%_\x00🙂", True),
    ],
)
def test_a_person_is_the_whole_key(partition_key: str | None, *, is_covered: bool) -> None:
    watch = coverage("ana", "José/ñ\n\"'|,*%_\x00🙂").watch()

    assert [watch.covered_until(partition_key) for _ in range(2)] == [ERASED if is_covered else None] * 2
    assert watch.covered_until("USER#ana") == ERASED


def test_coverage_travels_to_workers_and_shows_no_key() -> None:
    made = coverage("ana")

    assert pickle.loads(pickle.dumps(made)) == made
    assert str(KEY) not in repr(made)


def contract(**given: Any) -> SourceContract:
    people = Dataset("people", "", (text(1, "person_id", IDENTIFIER, "", nullable=False),), (), ("person_id",))
    return SourceContract(
        **{
            "name": "people",
            "description": "",
            "table": "t",
            "key_attributes": ("PK",),
            "kinds": (ItemKind("people", people),),
            "datasets": (REJECTED, people),
            "item_reader": "a:b",
            **given,
        }
    )


def test_a_contract_says_who_a_person_is() -> None:
    assert contract_named("catia").person_prefix == "USER#"
    assert contract_named("tickets").person_prefix is None
    assert contract(aliases={"other": "O#"}).person_prefix is None
    assert contract(aliases={"other": "O#", "person_id": "P#"}).person_prefix == "P#"
    with pytest.raises(ContractError, match="item_date is missing"):
        contract(aliases={"person_id": "P#"}).check()
    contract(aliases={"person_id": "P#"}, item_date="a:b").check()
