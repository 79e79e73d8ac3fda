"""The properties notice what they are there for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

import msgspec
import pytest

from contract.items.wire_json import wire_json
from contract.sources.catia import CONVERSATIONS, MESSAGES
from lambda_src.extraction import Extraction
from lambda_src.tally import RunningSums, Tally
from tools.fuzz import properties
from tools.fuzz.properties import BrokenPropertyError, check, check_divided

Items = Iterable[bytes | memoryview | msgspec.Raw]
CONVERSATION = (
    b'{"PK":{"S":"USER#1"},"SK":{"S":"CONVERSATION#2026-01-31T04:30Z"},"Conversation":{"L":[{"M":{"text":{"S":"a"}}}]}}'
)
FEEDBACK = b'{"PK":{"S":"USER#1"},"SK":{"S":"FEEDBACK#2026-01-31T04:30Z"}}'
REJECTED = b'{"PK":{"S":"USER#1"},"SK":{"S":"NOTE"},"Texto":{"S":"\\ud800"}}'
EXCLUDED = b'{"PK":{"S":"USER#monitor-1"},"SK":{"S":"REGISTER"}}'
ITEMS = [CONVERSATION, FEEDBACK, REJECTED, EXCLUDED]


class LosesTheLast(Extraction):
    def add(self, items: Items) -> None:
        super().add(list(items)[:-1])


class DoublesRows(Extraction):
    def take_rows(self) -> dict[str, bytes]:
        return {name: rows * 2 for name, rows in super().take_rows().items()}


class WritesOtherwise(Extraction):
    def take_rows(self) -> dict[str, bytes]:
        return {name: rows.replace(b",", b";", 1) for name, rows in super().take_rows().items()}


class CountsNoMessages(Extraction):
    def add(self, items: Items) -> None:
        super().add(items)
        self.tally.sums[MESSAGES.name].clear()


class SumsOfOthers(Extraction):
    def add(self, items: Items) -> None:
        super().add(items)
        for entry in self.tally.sums[MESSAGES.name].values():
            entry[1] += 1


class SumsElsewhere(Extraction):
    def add(self, items: Items) -> None:
        super().add(items)
        sums = self.tally.sums[MESSAGES.name]
        for partition in list(sums):
            sums[f"{partition}-"] = sums.pop(partition)


class ForgetsRules(Extraction):
    def add(self, items: Items) -> None:
        super().add(items)
        del self.tally.excluded["nobody"]


class Raises(Extraction):
    def add(self, items: Items) -> None:
        super().add(items)
        raise KeyError(0)


class RemembersTheLast(Extraction):
    last = b""

    def add(self, items: Items) -> None:
        for item in map(bytes, items):
            super().add([self.last if b"FEEDBACK#" in item and self.last else item])
            self.last = item


@pytest.mark.parametrize(
    ("fault", "rule"),
    [
        (LosesTheLast, "the counts or sums differ"),
        (SumsOfOthers, "the counts or sums differ"),
        (SumsElsewhere, "the counts or sums differ"),
        (DoublesRows, "the rows of messages differ"),
        (WritesOtherwise, "the rows of messages differ"),
        (CountsNoMessages, "the counts or sums differ"),
        (ForgetsRules, "the counts or sums differ"),
        (Raises, "KeyError leaves Extraction.add: 0"),
        (RemembersTheLast, "differ from the reference's"),
    ],
)
def test_a_faulty_extraction_is_noticed(monkeypatch: pytest.MonkeyPatch, fault: type[Extraction], rule: str) -> None:
    check(ITEMS)
    monkeypatch.setattr(properties, "Extraction", fault)

    with pytest.raises(BrokenPropertyError, match=rule):
        check(ITEMS)
    with pytest.raises(BrokenPropertyError):
        check_divided([[ITEMS]])


@pytest.mark.parametrize("changed", ["item_key", "item_json"])
def test_a_rejected_item_that_cannot_be_had_back_is_noticed(monkeypatch: pytest.MonkeyPatch, changed: str) -> None:
    def without_item(item: dict[str, Any]) -> str:
        whole = len(item) > 2
        return "{}" if whole == (changed == "item_json") else wire_json(item)

    monkeypatch.setattr("lambda_src.normalize.wire_json", without_item)

    with pytest.raises(BrokenPropertyError, match=f"cannot be had back from its {changed}"):
        check([REJECTED])


@pytest.mark.parametrize("rows", [2, 0])
def test_rows_that_are_no_items_are_noticed(rows: int) -> None:
    accepted = Counter(conversations=1, feedback=0, registers=0)
    tally = Tally(accepted, sums={CONVERSATIONS.name: RunningSums({"": [rows, 1]})})

    with pytest.raises(BrokenPropertyError, match="conversations has more or fewer rows than items"):
        properties._conserves(1, tally)
    with pytest.raises(BrokenPropertyError, match="items are lost or doubled"):
        properties._conserves(2, tally)
