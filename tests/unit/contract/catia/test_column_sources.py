"""What the contract says of each column's source is true: changing an attribute changes the columns that name it."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any, Final

import pytest

from contract.datasets import Dataset
from contract.sources.catia import CONVERSATIONS, FEEDBACK, MESSAGES
from contract.sources.catia.outcomes import Conversation, Feedback
from tests.catia_items import normalize
from tests.unit.contract.catia.strategies import wrapped

Item = dict[str, Any]
Rows = dict[str, list[dict[str, str | None]]]

USER_DATA: Final = CONVERSATIONS.entries_of("UserData")
CONVERSATION: Final[Item] = {
    "PK": "USER#1",
    "SK": "CONVERSATION#2026-01-30T10:00:00Z",
    "CreatedAt": "2026-01-30T10:00:01Z",
    "UserData": {name: f"a {name}" for name in USER_DATA},
    "Conversation": [
        {"from": "user", "text": "a question", "timestamp": "2026-01-30T10:00:02Z"},
        {"from": "bot", "text": "an answer", "timestamp": "2026-01-30T10:00:03Z"},
    ],
}
RATING: Final[Item] = {
    "PK": "USER#1",
    "SK": "FEEDBACK#2026-01-30T11:00:00Z",
    "CreatedAt": "2026-01-30T11:00:01Z",
    "Feedback": {name: f"a {name}" for name in FEEDBACK.entries_of("Feedback")} | {"type": "like"},
}
DATASETS: Final = (CONVERSATIONS, MESSAGES, FEEDBACK)


def change_first_message(key: str, value: str) -> Callable[[Item], None]:
    def change(item: Item) -> None:
        for message in item.get("Conversation", [])[:1]:
            message[key] = value

    return change


def change_entry(attribute: str, key: str, value: str) -> Callable[[Item], None]:
    def change(item: Item) -> None:
        if attribute in item:
            item[attribute][key] = value

    return change


def keep_no_message(item: Item) -> None:
    if "Conversation" in item:
        item["Conversation"] = []


CHANGES: Final[dict[str, Callable[[Item], None]]] = {
    "PK": lambda item: item.update(PK="USER#2"),
    "SK": lambda item: item.update(SK=item["SK"].replace("00Z", "09Z")),
    "CreatedAt": lambda item: item.update(CreatedAt="2026-01-30T12:00:00Z"),
    "Conversation": keep_no_message,
    "Conversation[].from": change_first_message("from", "somebody"),
    "Conversation[].text": change_first_message("text", "another text"),
    "Conversation[].timestamp": change_first_message("timestamp", "2026-01-30T09:00:00Z"),
    **{f"Feedback.{name}": change_entry("Feedback", name, "another") for name in FEEDBACK.entries_of("Feedback")},
    "Feedback.type": change_entry("Feedback", "type", "dislike"),
    **{f"UserData.{name}": change_entry("UserData", name, "another") for name in USER_DATA},
}


def rows_of(items: list[Item]) -> Rows:
    rows: Rows = {dataset.name: [] for dataset in DATASETS}

    def add(dataset: Dataset, row: tuple[str | None, ...]) -> None:
        rows[dataset.name].append(dict(zip(dataset.column_names, row, strict=True)))

    for item in items:
        outcome = normalize(wrapped(item)["M"])
        if isinstance(outcome, Conversation):
            add(CONVERSATIONS, outcome.row)
            for message in outcome.messages:
                add(MESSAGES, message)
        else:
            assert isinstance(outcome, Feedback), outcome
            add(FEEDBACK, outcome.row)
    return rows


def changed_columns(before: Rows, after: Rows) -> set[str]:
    return {
        f"{dataset.name}.{column}"
        for dataset in DATASETS
        for column in dataset.column_names
        if [row[column] for row in before[dataset.name]] != [row[column] for row in after[dataset.name]]
    }


def columns_from(attribute: str) -> set[str]:
    """Return the columns that name the attribute, or, of a list, its entries' too: with no entry, they have no row."""
    return {
        f"{dataset.name}.{column.name}"
        for dataset in DATASETS
        for column in dataset.columns
        if any(source == attribute or source.startswith(f"{attribute}[]") for source in column.source)
    }


@pytest.mark.parametrize("attribute", CHANGES)
def test_a_changed_attribute_changes_the_columns_that_name_it(attribute: str) -> None:
    items = [deepcopy(CONVERSATION), deepcopy(RATING)]
    if attribute == "SK":
        for item in items:
            del item["CreatedAt"]
    before = rows_of(items)
    for item in items:
        CHANGES[attribute](item)
    changed = changed_columns(before, rows_of(items))
    if attribute == "Conversation":
        # Rows that are gone take their keys with them.
        changed -= {"messages.user_id", "messages.conversation_id"}
    assert changed == columns_from(attribute) != set()


def test_every_column_of_these_datasets_has_a_source() -> None:
    named = {source for dataset in DATASETS for column in dataset.columns for source in column.source}
    assert named == set(CHANGES)
    assert [column.name for dataset in DATASETS for column in dataset.columns if not column.source] == []
