from __future__ import annotations

import json

import pytest

from contract import cells
from contract.datasets import REJECTED
from contract.sources.catia import CONTRACT
from envs.local import LOCAL
from lambda_src.exclusions import ExclusionRule
from lambda_src.normalize import Normalizer
from ops.exits import OpsError
from ops.rejects import RejectedItem, count, normalizer_of, parse, replay
from tests import orders
from tests.unit.ops.runs import run

HEADER = cells.record(REJECTED.column_names)


def item(sort_key: str, **attributes: object) -> str:
    return json.dumps({"PK": {"S": "USER#1"}, "SK": {"S": sort_key}, **attributes}, ensure_ascii=False)


def lines(*rows: tuple[str, str, str]) -> list[str]:
    return [line.rstrip("\n") for line in (HEADER, *map(cells.record, rows))]


def test_every_text_comes_back_exactly() -> None:
    nasty = 'a,b "c"\nd\\n\r\0 \u2028 \x85 é 🙂'
    huge = "x" * 500_000
    assert list(parse(lines(("k", nasty, huge)))) == [RejectedItem("k", nasty, huge)]


def test_a_file_of_another_contract_is_told() -> None:
    with pytest.raises(OpsError, match="does not begin with"):
        list(parse(["one,two"]))
    with pytest.raises(OpsError, match="does not begin with"):
        list(parse([]))


def test_counts_and_examples() -> None:
    items = [RejectedItem(str(number), f"{code}: why", "{}") for number, code in enumerate("aabab")]
    found = count(run(), items, examples=2)
    assert list(found.by_code.items()) == [("a", 3), ("b", 2)]
    assert [example.key for example in found.examples["a"]] == ["0", "1"]
    assert (found.total, found.scanned) == (5, 1000)
    assert count(run(), [], 2).total == 0


def test_replay_uses_this_checkouts_rules() -> None:
    mended = item("FEEDBACK#2026-01-31T00:00:00Z", Feedback={"M": {"type": {"S": "like"}}})
    wrong = item("FEEDBACK#2026-01-31T00:00:00Z", Feedback={"M": {"type": {"S": "regular"}}})
    monitor = json.dumps({"PK": {"S": "USER#monitor-1"}, "SK": {"S": "?"}})
    items = [RejectedItem(key, "", text) for key, text in (("1", mended), ("2", wrong), ("3", monitor), ("4", "{"))]
    normalizer = Normalizer(CONTRACT, (ExclusionRule("monitors", "user_id", "starts_with", ("monitor-",)),))
    found = replay(run(), items, normalizer, examples=1)
    assert found.accepted == {"feedback": 1, "excluded": 1}
    assert found.still == {"unknown_feedback_type": 1, "malformed_attribute": 1}
    assert (found.accepted_total, found.examples) == (2, ("1",))


def test_replay_reads_items_of_any_contract() -> None:
    mended = json.dumps({"order_id": {"S": "1"}, "lines": {"L": [{"S": "tea"}]}})
    own = json.dumps({"order_id": {"S": "test-1"}})
    rules = (ExclusionRule("own orders", "order_id", "starts_with", ("test-",)),)
    items = [RejectedItem(key, "", text) for key, text in (("1", mended), ("2", "{}"), ("3", own))]
    found = replay(run(), items, Normalizer(orders.CONTRACT, rules), examples=5)
    assert (found.accepted, found.still) == ({"orders": 1, "excluded": 1}, {"invalid_key": 1})
    assert found.examples == ("1", "3")


def test_an_environments_rules_are_those_of_etl_1() -> None:
    monitor = RejectedItem("1", "", json.dumps({"PK": {"S": "USER#monitor-1"}, "SK": {"S": "?"}}))
    assert replay(run(), [monitor], normalizer_of(LOCAL), examples=0).accepted == {"excluded": 1}
