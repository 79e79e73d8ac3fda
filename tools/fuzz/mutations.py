"""Changes to items that leave them JSON: types swapped, wrappers put around and taken off, texts serialized again.

Changing bytes alone hardly ever gets past a JSON parser. Here an item is a tree; every change takes a random place of
it. Nothing but ``random`` decides, so the same seed makes the same changes.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from random import Random
from typing import Any, Final, NamedTuple

from tools.fuzz.vocabulary import FRAGMENTS, KEYS, TEXTS, TYPES, VALUES

_MOST_TIMES: Final = 40
_DEEPEST: Final = 200
MOST_ITEMS: Final = 4
"""In one input: more of them cover nothing more, they only count it more often."""


_AGAIN: Final = "stands for a key that is there already"


class _Place(NamedTuple):
    """Where a value stands: ``holder[key]``."""

    holder: Any
    key: Any

    @property
    def value(self) -> Any:
        return self.holder[self.key]

    def put(self, value: Any) -> None:
        self.holder[self.key] = value


def mutate(items: list[Any], random: Random, changes: int = 1) -> list[Any]:
    """Return a changed copy of ``items``; what is changed may be the items' number and order, too."""
    changed = deepcopy(items) or [{}]
    for _ in range(changes):
        random.choice(_CHANGES)(changed, random)
    return changed[:MOST_ITEMS]


def _change_value(change: Callable[[Any, Random], Any]) -> Callable[[list[Any], Random], None]:
    def apply(items: list[Any], random: Random) -> None:
        place = _some_place(items, random)
        place.put(change(place.value, random))

    return apply


def _some_place(items: list[Any], random: Random) -> _Place:
    """Go down from an item, and stop anywhere below it."""
    place = _Place(items, random.randrange(len(items)))
    while isinstance(place.value, dict | list) and place.value and (place.holder is items or random.random() < 0.8):
        place = _Place(place.value, random.choice(_keys(place.value, random)))
    return place


def _keys(holder: Any, random: Random) -> list[Any]:
    """Return where to go down from ``holder``; seldom into an item's keys, without which nothing else is read."""
    if isinstance(holder, list):
        return list(range(len(holder)))
    others = [key for key in holder if key not in {"PK", "SK"}]
    return others if others and random.random() < 0.8 else list(holder)


def _other(_: Any, random: Random) -> Any:
    return deepcopy(random.choice(VALUES))


def _other_text(value: Any, random: Random) -> Any:
    text = random.choice(TEXTS)
    return {"S": text} if isinstance(value, dict | list) else text


def _wrapped(value: Any, random: Random) -> Any:
    usual = {str: "S", dict: "M", list: "L", bool: "BOOL"}.get(type(value), "NULL")
    return {usual if random.random() < 0.7 else random.choice(TYPES): value}


def _wrapped_within(value: Any, random: Random) -> Any:
    """Put wrappers around all that a value holds, as writers do that serialize what is serialized."""
    if isinstance(value, dict):
        return {"M": {key: _wrapped_within(entry, random) for key, entry in value.items()}}
    if isinstance(value, list):
        return {"L": [_wrapped_within(entry, random) for entry in value]}
    return {"NULL": True} if value is None else _wrapped(value, random)


def _unwrapped(value: Any, _: Random) -> Any:
    return next(iter(value.values())) if isinstance(value, dict) and len(value) == 1 else value


def _other_type(value: Any, random: Random) -> Any:
    if not isinstance(value, dict) or not value:
        return value
    renamed = random.choice(list(value))
    return {random.choice(TYPES) if key == renamed else key: entry for key, entry in value.items()}


def _serialized(value: Any, random: Random) -> Any:
    text = json.dumps(value, ensure_ascii=random.random() < 0.5, indent=random.choice((None, None, None, 1)))
    return text if isinstance(value, str) and random.random() < 0.5 else {"S": text}


def _parsed(value: Any, _: Random) -> Any:
    text = value.get("S") if isinstance(value, dict) else value
    if not isinstance(text, str):
        return value
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return value


def _with_entry(value: Any, random: Random) -> Any:
    if isinstance(value, dict):
        return {**value, random.choice(KEYS): deepcopy(random.choice(VALUES))}
    if isinstance(value, list):
        return [*value, deepcopy(random.choice(VALUES))]
    return value


def _without_entry(value: Any, random: Random) -> Any:
    if not isinstance(value, dict | list) or not value:
        return value
    gone = random.randrange(len(value))
    if isinstance(value, list):
        return value[:gone] + value[gone + 1 :]
    return {key: entry for index, (key, entry) in enumerate(value.items()) if index != gone}


def _renamed_entry(value: Any, random: Random) -> Any:
    if not isinstance(value, dict) or not value:
        return value
    renamed, name = random.choice(list(value)), random.choice(KEYS)
    return {name if key == renamed else key: entry for key, entry in value.items()}


def _shuffled(value: Any, random: Random) -> Any:
    if not isinstance(value, dict | list):
        return value
    entries = list(value.items()) if isinstance(value, dict) else list(value)
    random.shuffle(entries)
    return dict(entries) if isinstance(value, dict) else entries


def _repeated(value: Any, random: Random) -> Any:
    times = random.randint(2, _MOST_TIMES)
    return value * times if isinstance(value, list | str) else value


def _nested(value: Any, random: Random) -> Any:
    kind = random.choice(("M", "L", "list", "S"))
    for _ in range(random.randint(2, _DEEPEST if kind != "S" else 5)):
        if kind == "S":
            value = {"S": json.dumps(value)}
        else:
            value = {"list": [value], "L": {"L": [value]}, "M": {"M": {random.choice(KEYS): value}}}[kind]
    return value


def _edited(value: Any, random: Random) -> Any:
    """Change a text: its letters, or a piece of it."""
    if not isinstance(value, str):
        return value
    start = random.randint(0, len(value))
    end = min(len(value), start + random.choice((0, 0, 1, 3)))
    edit = random.choice((str.upper, str.lower, str.strip, str.title, None, None, None, None))
    return edit(value) if edit is not None else value[:start] + random.choice(FRAGMENTS) + value[end:]


def _key_twice(value: Any, random: Random) -> Any:
    """Return a value as a JSON text in which a key of some map stands twice, which no map can hold."""
    document = deepcopy(_parsed(value, random))
    holder = random.choice([*_maps(document), {}])
    if not holder:
        return value
    key = random.choice(list(holder))
    holder[_AGAIN] = random.choice((holder[key], random.choice(VALUES)))
    return {"S": json.dumps(document).replace(json.dumps(_AGAIN), json.dumps(key))}


def _maps(value: Any) -> list[dict[str, Any]]:
    """Return the maps that are in a value, itself included."""
    entries = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    within = [each for entry in entries for each in _maps(entry)]
    return [value, *within] if isinstance(value, dict) else within


def _swap(items: list[Any], random: Random) -> None:
    """Exchange two values, perhaps of two items."""
    one, other = _some_place(items, random), _some_place(items, random)
    first, second = deepcopy(one.value), deepcopy(other.value)
    one.put(second)
    other.put(first)


def _copy_value(items: list[Any], random: Random) -> None:
    value = deepcopy(_some_place(items, random).value)
    _some_place(items, random).put(value)


def _repeat_item(items: list[Any], random: Random) -> None:
    items.insert(random.randint(0, len(items)), deepcopy(random.choice(items)))


def _shuffle_items(items: list[Any], random: Random) -> None:
    random.shuffle(items)


def _drop_item(items: list[Any], random: Random) -> None:
    if len(items) > 1:
        items.pop(random.randrange(len(items)))


_CHANGES: Final[tuple[Callable[[list[Any], Random], None], ...]] = (
    *map(
        _change_value,
        (
            *(_other, _other_text, _wrapped, _wrapped_within, _unwrapped, _other_type, _serialized, _parsed),
            *(_with_entry, _without_entry, _renamed_entry, _shuffled, _repeated, _nested, _key_twice),
            *(_edited, _edited, _edited),
        ),
    ),
    *(_swap, _copy_value, _repeat_item, _shuffle_items, _drop_item),
)
