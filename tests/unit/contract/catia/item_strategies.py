"""Generated items as JSON texts, as DynamoDB sends them: usual ones in all shapes, changed ones, and any at all."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random
from typing import Any, Final

from hypothesis import strategies as st

from contract.items.wire_json import wire_json
from lambda_src.exclusions import ExclusionRule
from tests import csv_texts
from tests.unit.contract.catia.strategies import ANY_ITEMS
from tools.fuzz.inputs import data_of, items_of
from tools.fuzz.mutations import mutate
from tools.fuzz.nasty import NASTY_ITEMS
from tools.fuzz.vocabulary import TEXTS, TIMES
from tools.local.sample_shapes import (
    CONVERSATION_SHAPES,
    FEEDBACK_SHAPES,
    TIME_SHAPES,
    USER_DATA_SHAPES,
    double_json_text,
    escaped_json_text,
    wire,
    wrapped_json_text,
)

ANY_TEXT: Final = csv_texts.TEXTS | st.sampled_from(TEXTS)
_INSTANTS = st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29), timezones=st.just(UTC))
_TIME_SHAPES = st.sampled_from([shape for shape in TIME_SHAPES if shape is not None])
_ANY_TIME = st.builds(lambda shape, instant: shape(instant), _TIME_SHAPES, _INSTANTS) | st.sampled_from(TIMES)
_OF_ANOTHER_TYPE = st.sampled_from([None, True, 5, -1.5, 10**20, [], ["x"], {}, {"S": "x"}, {"N": {"a": "b"}}])


def _entries(**texts: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, Any]]:
    """Maps each of whose entries may be missing, and seldom is null or of another type."""
    return st.fixed_dictionaries(
        {}, optional={key: st.one_of(*[text] * 9, _OF_ANOTHER_TYPE) for key, text in texts.items()}
    )


_SENDERS = st.sampled_from(["user", "usuario", "USER", "bot", "CatIA", "system", " Bot ", "asesor"]) | ANY_TEXT
_MESSAGES = st.lists(
    _entries(**{"from": _SENDERS, "text": ANY_TEXT, "timestamp": _ANY_TIME, "nueva": ANY_TEXT}), max_size=5
)
_NAMES = ("nombre", "ciudad", "gerencia", "subgerencia", "oficinas_asesoras", "nivel_directivo", "nueva")
_USER_DATA = _entries(**dict.fromkeys(_NAMES, ANY_TEXT))
_FEEDBACK = _entries(type=st.sampled_from(["like", "dislike", " LIKE ", "meh"]), comment=ANY_TEXT, option=ANY_TEXT)


def _shaped(values: st.SearchStrategy[Any], shapes: tuple[Any, ...]) -> st.SearchStrategy[dict[str, Any]]:
    every = [*(shape for shape in shapes if shape is not None), escaped_json_text, double_json_text, wrapped_json_text]
    return st.builds(lambda shape, value: shape(value), st.sampled_from(every), values)


_USER_IDS = st.sampled_from(["1", "2", "usuario-00001", "monitor-7", "nadie"]) | ANY_TEXT
_SORT_KEYS = st.builds(
    lambda prefix, time: f"{prefix}{time}",
    st.sampled_from(["CONVERSATION#", "CONVERSATION#", "CONVERSATION#", "FEEDBACK#", "REGISTER", "NOTE#"]),
    _ANY_TIME,
)
USUAL_ITEMS: Final = st.fixed_dictionaries(
    {"PK": _USER_IDS.map(lambda user: wire(f"USER#{user}")), "SK": _SORT_KEYS.map(wire)},
    optional={
        "CreatedAt": _ANY_TIME.map(wire),
        "Conversation": _shaped(_MESSAGES, CONVERSATION_SHAPES),
        "UserData": _shaped(_USER_DATA, USER_DATA_SHAPES),
        "Feedback": _shaped(_FEEDBACK, FEEDBACK_SHAPES),
    },
)


def _changed(items: list[dict[str, Any]], seed: int, changes: int) -> list[bytes]:
    # Not hypothesis's own random numbers: every change takes dozens. The number of changes can shrink all the same.
    return items_of(data_of(mutate(items, Random(seed), changes), ascii_only=bool(seed % 2)))


#: Several items each, all of them JSON objects.
USUAL: Final = st.lists(USUAL_ITEMS, min_size=1, max_size=4).map(lambda items: items_of(data_of(items)))
CHANGED: Final = st.builds(
    _changed, st.lists(USUAL_ITEMS, min_size=1, max_size=3), st.integers(0, 2**32), st.integers(1, 8)
)
ANY: Final = st.lists(ANY_ITEMS.map(lambda item: wire_json(item).encode()), min_size=1, max_size=4)
NASTY: Final = st.lists(st.sampled_from(list(NASTY_ITEMS.values())), min_size=1, max_size=4).map(
    lambda cases: items_of(b"\n".join(cases))
)
ITEMS: Final = USUAL | CHANGED | ANY | NASTY

_KEY_PARTS = st.sampled_from(["1", "USER#", "USER#1", "monitor-", "REGISTER", "CONVERSATION#2026", "FEEDBACK#"]) | (
    ANY_TEXT.filter(bool)
)
RULES: Final = st.lists(
    st.builds(
        ExclusionRule,
        name=st.text(min_size=1, max_size=5),
        attribute=st.sampled_from(["PK", "SK", "user_id"]),
        operator=st.sampled_from(["equals", "starts_with"]),
        values=st.lists(_KEY_PARTS, min_size=1, max_size=3).map(tuple),
    ),
    max_size=3,
    unique_by=lambda rule: rule.name,
)
