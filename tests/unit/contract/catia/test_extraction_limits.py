"""Items at the limits of what JSON parsers take. DynamoDB itself nests 32 levels and writes every number as text."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TypeVar

import pytest

from contract import cells
from contract.datasets import REJECTED
from contract.sources.catia import CONTRACT
from lambda_src.extraction import Extraction
from tools.fuzz.properties import fate

_T = TypeVar("_T")
KEY = '"PK":{"S":"USER#1"},"SK":{"S":"CONVERSATION#2026-01-31T04:30:00Z"}'


def below(frames: int, call: Callable[[], _T]) -> _T:
    """Call with so many more frames on the stack."""
    return call() if frames == 0 else below(frames - 1, call)


@pytest.mark.parametrize("levels", [100, 400, 600, 880, 920, 960, 1_400, 1_600, 5_000])
def test_what_becomes_of_an_item_does_not_depend_on_who_asks(levels: int) -> None:
    document = f'[{{"text":"x","nueva":{"[" * levels}{"]" * levels}}}]'
    item = f'{{{KEY},"Conversation":{json.dumps({"S": document})}}}'.encode()

    assert fate(item, []) == below(100, lambda: fate(item, []))


@pytest.mark.parametrize(
    "attribute",
    ['{"L":[' * 600 + "]}" * 600, '{"M":{"a":' * 50_000 + "{}" + "}}" * 50_000, "7" * 5_000, "1e999", "[-1e999]"],
    ids=["600 lists", "50,000 maps", "a whole number of 5,000 digits", "a number too large", "one too small"],
)
def test_what_a_json_parser_cannot_take_is_rejected_as_it_is(attribute: str) -> None:
    item = f'{{{KEY},"Otra":{attribute},"CreatedAt":{{"S":"ayer"}}}}'
    extraction = Extraction(CONTRACT, [])
    extraction.add([item.encode()])

    assert extraction.tally.rejected.total() == extraction.tally.rows[REJECTED.name] == 1
    assert cells.cell(item) in extraction.take_rows()[REJECTED.name].decode()
