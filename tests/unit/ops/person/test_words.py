"""Which occurrences of an identifier are the person, and which are somebody else or a part of a longer word."""

from __future__ import annotations

import json
import re
from html import escape
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract import cells
from ops.person.words import Words

ODD = 'Zoë "O\'Hara", 100%/a\\b\n#=😀'


def found(words: Words, text: str | bytes, *, binary: bool = False) -> list[int]:
    content = text.encode() if isinstance(text, str) else text
    return sorted(each.word for each in words.within(content, binary=binary))


@pytest.mark.parametrize(
    "text",
    [
        "user-1",
        "hello user-1.",
        '{"PK":{"S":"USER#user-1"}}',
        "a,user-1,b",
        "line\\nuser-1\\n",
        "\\u00f1user-1",
        "ñ user-1 ñ",
        "%2Fuser-1%2F",
        "(user-1)",
        "¿user-1?",
    ],
)
def test_it_stands_as_a_word_of_its_own(text: str) -> None:
    assert found(Words(["user-1"]), text) == [0]


@pytest.mark.parametrize("text", ["user-12", "xuser-1", "user-1_2", "ñuser-1", "user-1ñ", "USER-1", "user-", ""])
def test_a_longer_word_is_another(text: str) -> None:
    assert found(Words(["user-1"]), text) == []


def test_the_source_tells_whose_a_longer_word_is() -> None:
    words = Words(["anna", "ana.perez"], somebody=lambda word: word in {"anna.perez", "ana.perez-2"})
    assert found(words, "anna.perez") == [], "somebody else"
    assert found(words, "anna.gracias") == [0], "nobody: a full stop without a space"
    assert found(words, "ana.perez") == [1]
    assert found(words, "to ana.perez-2, anna") == [0]


def test_one_may_be_the_beginning_of_another() -> None:
    words = Words(["user", "user-1", "user-12"])
    assert found(words, "user-12") == [2]
    assert found(words, "user-1") == [1]
    assert found(words, "user user-1 user-12") == [0, 1, 2]


def test_planted_words_count_wherever_they_stand() -> None:
    words = Words(["user-1"], ["PLANTED"])
    assert found(words, "xPLANTEDxuser-12PLANTED") == [1, 1]


@pytest.mark.parametrize("text", ["7", '{"a":"7"}', "USER#7", '"USER#7","x"'])
def test_a_short_identifier_counts_as_a_whole_value(text: str) -> None:
    assert found(Words(["7"], key_prefix="USER#"), text) == [0]


@pytest.mark.parametrize("text", ["7 days", '{"rows": 7}', "USER#77", "a,7,b"])
def test_a_short_identifier_in_a_text_is_chance(text: str) -> None:
    assert found(Words(["7"], key_prefix="USER#"), text) == []


def test_in_binary_no_neighbour_is_a_letter() -> None:
    words = Words(["0123456789ab", "ana1"])
    assert found(words, b"\x000123456789ab0\x00", binary=True) == [0]
    assert found(words, b"x0123456789ab0x") == []
    assert found(words, b"\x00ana1x\x00", binary=True) == [], "so few bytes come by chance"


@pytest.mark.parametrize(
    "write",
    [
        str,
        json.dumps,
        lambda text: json.dumps(json.dumps({"a": text})),
        lambda text: json.dumps(text, ensure_ascii=False),
        lambda text: re.sub(r"\\u\w{4}", lambda hexadecimal: "\\u" + hexadecimal[0][2:].upper(), json.dumps(text)),
        lambda text: cells.record(["x", text]),
        lambda text: cells.record(["x", json.dumps({"PK": {"S": text}})]),
        escape,
        lambda text: quote(text, safe=""),
    ],
)
def test_every_way_to_write_it_is_known(write: object) -> None:
    assert callable(write)
    assert found(Words([ODD]), f"<{write(ODD)}>") == [0]


@settings(max_examples=25)
@given(st.lists(st.text(st.characters(codec="utf-8"), min_size=4, max_size=12), min_size=1, max_size=8, unique=True))
def test_any_identifier_is_found_alone_and_in_quotes(identifiers: list[str]) -> None:
    words = Words(identifiers)
    for index, identifier in enumerate(identifiers):
        assert index in found(words, identifier)
        assert index in found(words, json.dumps([identifier]))


def test_the_beginning_of_a_long_identifier_is_known() -> None:
    words = Words(["0123456789abcdefXYZ", "short"])
    assert list(words.begun_by(b"0123456789abcdef")) == [0]
    assert list(words.begun_by(b"0123456789abcdeg")) == [0], "as a greatest value"
    assert list(words.begun_by(b"short")) == [], "a short one is there as a whole"
    assert list(words.begun_by(b"0123456789abcd")) == []
    assert list(words.begun_by(b"\xff")) == []


def test_thousands_are_looked_for_in_one_pass() -> None:
    words = Words([f"person-{number}" for number in range(10_000)])
    text = " ".join(f"person-{number}" for number in range(0, 20_000, 2))
    assert found(words, text) == list(range(0, 10_000, 2))
