"""Generated items: right ones, and anything else that DynamoDB's JSON can say."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

from contract.items.attribute_values import Number

TYPES = ("S", "N", "BOOL", "NULL", "M", "L", "B", "SS", "NS", "BS")


def as_decoded(text: str) -> str:
    """Return ``text`` as JSON decoders make it: two surrogates that are a pair are one character."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


#: Lone surrogates included: JSON escapes can smuggle them in.
ANY_TEXT = st.text(st.characters(), max_size=20).map(as_decoded)
TELLING_TEXT = st.sampled_from(
    [
        "", "USER#", "USER#1", "USER#monitor-1", "CONVERSATION#2026-01-31T04:30:00Z", "CONVERSATION#", "FEEDBACK#x",
        "FEEDBACK#2026-01-31T04:30:00", "REGISTER", "REGISTER#1", "user", " Usuario ", "CATIA", "like", "DISLIKE",
        "2026-01-31T04:30:00.123456789-05:00", "0001-01-01T00:00:00+14:00", "2026-02-30T00:00:00Z", "[]", "{}", "null",
        "NaN", '{"a": 1, "a": 2}', '[{"from": "user", "text": "\\ud800"}]', '{"nombre": 1e999}', '"[]"', "[" * 3000,
        '[{"from": "user", "text": "hola\\nmundo", "timestamp": "2026-01-31T04:30:00Z"}]', "{" + '"M":{' * 900,
    ]
)  # fmt: skip
TEXT = ANY_TEXT | TELLING_TEXT
KEYS = st.sampled_from(
    ["PK", "SK", "UserData", "Conversation", "Feedback", "CreatedAt", "from", "text", "timestamp", "nombre", "type",
     "comment", "option", *TYPES]
) | ANY_TEXT  # fmt: skip
NUMBERS = st.decimals(allow_nan=False, allow_infinity=False).map(str)
BINARIES = st.binary(max_size=8)


def _containers(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    maps = st.dictionaries(KEYS, values, max_size=4)
    lists = st.lists(values, max_size=4)
    return st.fixed_dictionaries({"M": maps}) | st.fixed_dictionaries({"L": lists})


SCALARS = st.one_of(
    TEXT.map(lambda text: {"S": text}),
    NUMBERS.map(lambda digits: {"N": digits}),
    st.booleans().map(lambda flag: {"BOOL": flag}),
    st.just({"NULL": True}),
    BINARIES.map(lambda content: {"B": content}),
    st.lists(TEXT, max_size=2).map(lambda texts: {"SS": texts}),
    st.lists(NUMBERS, max_size=2).map(lambda numbers: {"NS": numbers}),
    st.lists(BINARIES, max_size=2).map(lambda contents: {"BS": contents}),
)
WIRE_VALUES = st.recursive(SCALARS, _containers, max_leaves=8)


def _dumped(value: Any) -> dict[str, str]:
    return {"S": json.dumps(value, default=lambda content: content.hex())}


#: Any item at all, then items whose keys are right so that what is behind the keys gets read.
JUNK_ITEMS = st.dictionaries(KEYS, WIRE_VALUES | WIRE_VALUES.map(_dumped), max_size=6)
_SORT_KEYS = ["CONVERSATION#2026-01-31T04:30:00Z", "FEEDBACK#2026-01-31T04:30:00Z", "REGISTER#1"]
KEYED_JUNK_ITEMS = st.builds(
    lambda item, sort_key: {**item, "PK": {"S": "USER#1"}, "SK": {"S": sort_key}},
    st.dictionaries(
        st.sampled_from(["UserData", "Conversation", "Feedback", "CreatedAt"]),
        WIRE_VALUES | WIRE_VALUES.map(_dumped),
        max_size=4,
    ),
    st.sampled_from(_SORT_KEYS),
)
ANY_ITEMS = JUNK_ITEMS | KEYED_JUNK_ITEMS

#: Plain values none of whose maps looks like a wrapper itself.
PLAIN_KEYS = st.text(max_size=6).filter(lambda key: key not in TYPES)
PLAIN_VALUES = st.recursive(
    st.none() | st.booleans() | st.text() | NUMBERS.map(Number),
    lambda values: st.lists(values, max_size=3) | st.dictionaries(PLAIN_KEYS, values, max_size=3),
    max_leaves=10,
)


def wrapped(value: Any) -> dict[str, Any]:
    """Put DynamoDB's type wrappers around a plain value and all that it holds."""
    if value is None:
        return {"NULL": True}
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, Number):
        return {"N": str(value)}
    if isinstance(value, str):
        return {"S": value}
    if isinstance(value, list):
        return {"L": [wrapped(entry) for entry in value]}
    return {"M": {key: wrapped(entry) for key, entry in value.items()}}


def wrapped_times(value: Any, times: int) -> Any:
    """Put the wrappers around again and again, as writers do that serialize what is serialized."""
    for _ in range(times):
        value = wrapped(value)
    return value
