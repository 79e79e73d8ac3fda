"""What ``rejects`` tells: codes, places and keys; people's words only where they are asked for."""

from __future__ import annotations

import io
import json

import pytest
from rich.console import Console

from ops.rejects import RejectedItem, count
from ops.show import rejects as show_rejects
from tests.unit.ops.runs import run

WORDS = "Ana Secreta"
#: A run of before reasons were free of words, whose files may still be looked at.
OLD = RejectedItem(
    '{"PK":{"S":"USER#7\x9b"}}',
    f"unknown_feedback_type: Feedback.type: expected dislike or like, found '{WORDS}'",
    json.dumps({"nombre": f"{WORDS}\u202e"}, ensure_ascii=False),
)


def screen(item: RejectedItem, *, items: bool) -> list[str]:
    written = io.StringIO()
    show_rejects.show(count(run(), [item], 2), Console(file=written, width=200), items=items)
    return [line.rstrip() for line in written.getvalue().splitlines()]


def test_the_screen_shows_code_place_and_key() -> None:
    assert screen(OLD, items=False) == [
        f"1 of 1,000 items rejected (0.10%) by run {run().run_id} of 2026-01-31",
        "reason                 items",
        "unknown_feedback_type      1",
        "unknown_feedback_type: Feedback.type",
        '    {"PK":{"S":"USER#7\\x9b"}}',
    ]


def test_items_bring_the_whole_reason_and_the_item() -> None:
    assert screen(OLD, items=True)[-3:] == [
        OLD.reason,
        '    {"PK":{"S":"USER#7\\x9b"}}',
        f'    {{"nombre": "{WORDS}\\u202e"}}',
    ]


@pytest.mark.parametrize("items", [False, True])
def test_json_has_the_same(items: bool) -> None:
    told = show_rejects.told(count(run(), [OLD], 2), items=items)
    assert (told["total"], told["by_code"]) == (1, {"unknown_feedback_type": 1})
    own = {"reason": OLD.reason, "item": OLD.item} if items else {}
    assert told["examples"] == {"unknown_feedback_type": [{"key": OLD.key, "place": "Feedback.type", **own}]}


@pytest.mark.parametrize(
    ("reason", "code", "place"),
    [
        ("wrong_type: Conversation[12].text: expected text, found a list", "wrong_type", "Conversation[12].text"),
        ("invalid_timestamp: SK: CreatedAt is missing, and text of 3 characters is none", "invalid_timestamp", "SK"),
        ("too_deeply_nested: values are nested deeper than can be read", "too_deeply_nested", ""),
        (f"malformed_attribute: the item cannot be read: {WORDS}", "malformed_attribute", ""),
        (f"invalid_json: UserData: '{WORDS}' is not JSON", "invalid_json", "UserData"),
        (f"invalid_json: {WORDS}: {WORDS}", "invalid_json", ""),
        (f"{WORDS}: PK: ", "other", ""),
        (WORDS, "other", ""),
        ("", "other", ""),
    ],
)
def test_of_a_reason_only_code_and_place_are_shown(reason: str, code: str, place: str) -> None:
    item = RejectedItem("key", reason, "{}")
    assert (item.code, item.place) == (code, place)
