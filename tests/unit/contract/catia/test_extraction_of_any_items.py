"""Extraction gives what the reference gives, for any items, in any order (``tools.fuzz.properties``)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.sources.catia import CONTRACT
from lambda_src.exclusions import ExclusionRule
from lambda_src.extraction import Extraction
from lambda_src.fast_readers.catia import instant_cells, message_records
from tests.unit.contract.catia.item_strategies import ANY, CHANGED, ITEMS, NASTY, RULES, USUAL
from tools.fuzz.properties import check, check_divided, fate, parse
from tools.fuzz.vocabulary import TIMES

SORT_KEY = "CONVERSATION#2026-01-31T04:30:00Z"


def item(**attributes: Any) -> bytes:
    """A conversation as JSON; attributes are given in wire format."""
    return json.dumps({"PK": {"S": "USER#1"}, "SK": {"S": SORT_KEY}, **attributes}, ensure_ascii=False).encode()


@pytest.mark.parametrize("items", [USUAL, CHANGED, ANY, NASTY], ids=["usual", "changed", "any", "nasty"])
def test_extraction_gives_what_the_reference_gives(items: st.SearchStrategy[list[bytes]]) -> None:
    @settings(max_examples=120)
    @given(items, RULES)
    def holds(items: list[bytes], rules: list[ExclusionRule]) -> None:
        check(items, rules)

    holds()


@given(st.lists(ITEMS, min_size=1, max_size=4), RULES, st.data())
def test_segments_and_pages_change_nothing(
    generated: list[list[bytes]], rules: list[ExclusionRule], data: st.DataObject
) -> None:
    """Out of order, some of them twice, one user's over several segments and pages."""
    items = data.draw(st.permutations([each for some in generated for each in some] + generated[0]))
    places = st.tuples(st.integers(0, 3), st.integers(0, 2))
    segments: list[list[list[bytes]]] = [[[], [], []] for _ in range(4)]
    for each in items:
        segment, page = data.draw(places)
        segments[segment][page].append(each)
    check_divided(segments, rules)


def test_what_extraction_remembers_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(instant_cells, "_HOURS_KEPT", 2)
    monkeypatch.setattr(message_records, "_SENDERS_KEPT", 2)
    right = [time for time in TIMES if fate(item(CreatedAt={"S": time}), []).tally.accepted["conversations"]]
    messages = [
        {"M": {"from": {"S": sender}, "timestamp": {"S": time}}}
        for time in right
        for sender in ("user", "asesor", "Usuario", "bot", "humano")
    ]

    assert len(right) > 15
    check([item(Conversation={"L": messages})] * 2)


def test_no_items_are_no_rows() -> None:
    check([])
    check_divided([[], [[]]])


HUGE: dict[str, Callable[[], bytes]] = {
    "400 KB of quotes": lambda: item(Conversation={"L": [{"M": {"text": {"S": '"' * 199_000}}}]}),
    "400 KB of backslashes in JSON text": lambda: item(Conversation={"S": json.dumps([{"text": "\\" * 99_000}])}),
    "400 KB of letters that are no ASCII": lambda: item(UserData={"M": {"nombre": {"S": "ñ" * 199_000}}}),
    "400 KB of NUL, rejected": lambda: item(CreatedAt={"S": "\0" * 399_000}),
    "400 KB of line breaks": lambda: item(Conversation={"L": [{"M": {"text": {"S": ",\r\n" * 60_000}}}]}),
    "400 KB in a key that nobody reads": lambda: item(**{"x" * 399_000: {"S": ""}}),
    "400 KB in an attribute that nobody reads": lambda: item(Otra={"L": [{"N": "1"}] * 30_000}),
    "10,000 messages": lambda: item(
        Conversation={"L": [{"M": {"from": {"S": "user"}, "text": {"S": str(number)}}} for number in range(10_000)]}
    ),
    "10,000 messages, wrapped twice": lambda: item(
        Conversation={"L": [{"M": {"M": {"M": {"from": {"M": {"S": {"S": "user"}}}}}}}] * 10_000}
    ),
    "10,000 messages in a JSON text": lambda: item(
        Conversation={"S": json.dumps([{"from": "bot", "text": "a,b"}] * 10_000)}
    ),
    "10,000 messages, the last of them wrong": lambda: item(
        Conversation={"L": [{"M": {"text": {"S": "x"}}}] * 9_999 + [{"S": "suelto"}]}
    ),
    "10,000 keys, the last of them there before": lambda: item(
        Conversation={"S": "[{" + ",".join(f'"{number}":1' for number in range(10_000)) + ',"7":1}]'}
    ),
    "a text serialized 14 times": lambda: item(Conversation={"S": serialized([{"text": '"'}], 14)}),
}


def serialized(value: Any, times: int) -> str:
    text = json.dumps(value)
    for _ in range(times - 1):
        text = json.dumps(text)
    return text


@pytest.mark.parametrize("name", HUGE)
def test_huge_items_are_taken_like_others(name: str) -> None:
    usual = item(Conversation={"L": [{"M": {"text": {"S": "x"}}}]})

    check([usual, HUGE[name](), usual])


def lists(levels: int) -> str:
    return "[" * levels + "]" * levels


def maps(levels: int, key: str = "a") -> str:
    return f'{{"{key}":' * levels + "{}" + "}" * levels


NESTED: dict[str, Callable[[int], bytes]] = {
    "a list as Conversation": lambda levels: item(Conversation={"S": lists(levels)}),
    "a list in a message": lambda levels: item(Conversation={"S": f'[{{"text":"x","nueva":{lists(levels)}}}]'}),
    "maps as UserData": lambda levels: item(UserData={"S": maps(levels)}),
    "maps in UserData": lambda levels: item(UserData={"S": f'{{"nombre":"Ana","nueva":{maps(levels)}}}'}),
    "wrappers around nothing": lambda levels: item(UserData={"S": maps(levels, "M")}),
    "texts in texts": lambda levels: item(UserData={"S": f'{{"nombre":{maps(levels, "S")}}}'}),
    "a list that is not closed": lambda levels: item(Conversation={"S": "[" * levels}),
    "wire lists": lambda levels: item(Otra=json.loads('{"L":[' * levels + "]}" * levels)),
    "wire maps as UserData": lambda levels: item(
        UserData=json.loads('{"M":{"a":' * levels + '{"S":""}' + "}}" * levels)
    ),
}


@pytest.mark.parametrize("levels", [1, 10, 32, 100, 300])
@pytest.mark.parametrize("name", NESTED)
def test_nested_values_are_read_or_rejected(name: str, levels: int) -> None:
    check([NESTED[name](levels)])


@pytest.mark.parametrize("levels", [5_000, 100_000])
@pytest.mark.parametrize("name", [name for name in NESTED if not name.startswith("wire")])
def test_texts_nested_thousands_of_levels_deep_are_rejected(name: str, levels: int) -> None:
    check([NESTED[name](levels)])
    extraction = Extraction(CONTRACT, [])
    extraction.add([NESTED[name](levels)])

    assert extraction.tally.rejected == {"too_deeply_nested": 1}


def test_what_is_no_json_object_is_no_item() -> None:
    assert [parse(text) for text in (b"[]", b'"x"', b"{", b'{"a":NaN}', b'{"a":"\xff"}')] == [None] * 5
    assert parse(b'{"a":"\\ud800"}') == {"a": "\ud800"}
