from __future__ import annotations

import json
from datetime import date, datetime
from itertools import chain
from typing import Any, Final

import pytest

from tools.local.catia_sample import catia_sample
from tools.local.sample_data import generate_items
from tools.local.sample_faults import FAULTS
from tools.local.sample_shapes import wire
from tools.local.sample_text import AWKWARD

NEWEST: Final = date(2026, 1, 31)
LARGEST_ITEM: Final = 400 * 1024
Item = dict[str, Any]


def sample(users: int, seed: int = 1) -> list[Item]:
    return list(generate_items(users, seed, NEWEST))


ITEMS: Final = sample(50)
CONVERSATIONS: Final = [item for item in ITEMS if item["SK"]["S"].startswith("CONVERSATION#")]


def test_same_seed_same_items() -> None:
    assert sample(50) == ITEMS
    assert sample(50, seed=2) != ITEMS


def test_more_users_only_add_items() -> None:
    assert sample(80)[: len(ITEMS)] == ITEMS


def test_keys_are_unique() -> None:
    assert len({(item["PK"]["S"], item["SK"]["S"]) for item in ITEMS}) == len(ITEMS)


def test_no_conversation_begins_after_the_newest_day() -> None:
    times = [datetime.fromisoformat(item["CreatedAt"]["S"]) for item in CONVERSATIONS if _is_utc(item)]
    assert times
    assert max(times).date() <= NEWEST


def _is_utc(item: Item) -> bool:
    return str(item.get("CreatedAt", {}).get("S", "")).endswith("Z")


def test_items_fit_dynamodb_and_one_comes_near_its_limit() -> None:
    sizes = [len(json.dumps(item, ensure_ascii=False).encode()) for item in ITEMS]
    assert 300 * 1024 < max(sizes) < LARGEST_ITEM


@pytest.mark.parametrize("attribute", ["Conversation", "UserData", "Feedback"])
def test_attribute_comes_as_map_or_list_and_as_json_text(attribute: str) -> None:
    kinds = set(chain.from_iterable(item[attribute] for item in ITEMS if attribute in item))
    assert "S" in kinds
    assert kinds & {"L", "M"}


@pytest.mark.parametrize("attribute", ["Conversation", "UserData", "CreatedAt"])
def test_attribute_is_missing_sometimes(attribute: str) -> None:
    assert any(attribute not in item for item in CONVERSATIONS)


def test_residual_wrappers_occur() -> None:
    first = [item["Conversation"]["L"][0] for item in CONVERSATIONS if item.get("Conversation", {}).get("L")]
    assert any(message["M"].keys() == {"M"} for message in first if "M" in message)


def test_created_times_come_in_every_form() -> None:
    written = [item["CreatedAt"]["S"] for item in CONVERSATIONS if "CreatedAt" in item]
    assert any(text.endswith("Z") for text in written)
    assert any(text.endswith("-05:00") for text in written)
    assert any(text[-1].isdigit() and not text.endswith("-05:00") for text in written)


def test_every_awkward_text_occurs() -> None:
    everything = json.dumps(ITEMS, ensure_ascii=False)
    for text in AWKWARD:
        assert json.dumps(text, ensure_ascii=False).strip('"') in everything


def test_every_fault_occurs_once_in_48_users() -> None:
    at = datetime.fromisoformat("2026-01-31T00:00:00+00:00")
    bodies = [_body(fault("someone", at)) for fault in FAULTS.values()]
    found = [_body(item) for item in ITEMS]
    for body in bodies:
        assert body in found


def _body(item: Item) -> Item:
    """An item without what depends on its user and time."""
    return {name: value for name, value in item.items() if name not in {"PK", "SK"} and not _is_time(value)}


def _is_time(value: Any) -> bool:
    return str(value.get("S", "")).startswith("20")


def test_excluded_users_and_registers_occur() -> None:
    assert any(item["PK"]["S"].startswith("USER#monitor-") for item in ITEMS)
    assert any(item["SK"]["S"].startswith("REGISTER#") for item in ITEMS)


def test_some_feedback_comes_before_any_conversation() -> None:
    first = min(item["SK"]["S"].partition("#")[2] for item in CONVERSATIONS if item["PK"]["S"] == "USER#usuario-00001")
    feedback = [
        item["SK"]["S"].partition("#")[2]
        for item in ITEMS
        if item["PK"]["S"] == "USER#usuario-00001" and item["SK"]["S"].startswith("FEEDBACK#")
    ]
    assert min(feedback) < first


def test_wire_format_of_plain_values() -> None:
    assert wire({"a": ["b", 1, True, None]}) == {
        "M": {"a": {"L": [{"S": "b"}, {"N": "1"}, {"BOOL": True}, {"NULL": True}]}}
    }


def test_the_demo_has_the_sample_and_says_how_large_it_is() -> None:
    made = catia_sample(50, 1, NEWEST)
    assert made.items == ITEMS
    assert made.said == f"{len(ITEMS):,} items of 50 users"
    assert any(made.view in sql for sql in made.questions.values())
