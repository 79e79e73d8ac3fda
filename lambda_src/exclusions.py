"""Exclusion rules: items that are counted by rule name and published nowhere."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING, Final, Literal, get_args

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Attribute = Literal["PK", "SK", "user_id"]
Operator = Literal["equals", "starts_with"]

USER_PREFIX: Final = "USER#"


@dataclass(frozen=True)
class ExclusionRule:
    """Excludes the items whose ``attribute`` equals, or starts with, one of ``values``."""

    name: str
    attribute: Attribute
    operator: Operator
    values: tuple[str, ...]

    @cached_property
    def _keys(self) -> tuple[str, ...]:
        """What the item's own key is compared with."""
        return tuple(USER_PREFIX + value for value in self.values) if self.attribute == "user_id" else self.values

    def excludes(self, partition_key: str | None, sort_key: str | None) -> bool:
        """Return whether the rule takes the item with these keys. A key that is None (no text) fits no rule."""
        key = sort_key if self.attribute == "SK" else partition_key
        if key is None:
            return False
        return key in self._keys if self.operator == "equals" else key.startswith(self._keys)


def first_excluding(
    rules: Sequence[ExclusionRule], partition_key: str | None, sort_key: str | None
) -> ExclusionRule | None:
    """Return the first rule that takes the item with these keys, or None."""
    for rule in rules:
        if rule.excludes(partition_key, sort_key):
            return rule
    return None


def parse_rules(document: str) -> tuple[ExclusionRule, ...]:
    """Return the rules of a JSON list of ``{"name", "attribute", "operator", "values": [text, …]}``.

    Raises:
        ValueError: with every fault of the list.
    """
    try:
        entries = json.loads(document)
    except json.JSONDecodeError as error:
        message = f"it must be a JSON list of rules ([] for none): {error}."
        raise ValueError(message) from error
    if not isinstance(entries, list):
        message = f"it must be a JSON list of rules ([] for none), not a {type(entries).__name__}."
        raise ValueError(message)  # noqa: TRY004 - whoever parses settings collects ValueErrors
    faults = [f"rule {index}: {fault}" for index, entry in enumerate(entries) for fault in _faults(entry)]
    if not faults:
        names = Counter(entry["name"] for entry in entries)
        faults = [
            f"the name {name!r} is used {times} times; counts go by it" for name, times in names.items() if times > 1
        ]
    if faults:
        raise ValueError("; ".join(faults) + ".")
    return tuple(ExclusionRule(**{**entry, "values": tuple(entry["values"])}) for entry in entries)


def _faults(entry: object) -> Iterator[str]:
    known = [field.name for field in fields(ExclusionRule)]
    if not isinstance(entry, dict) or sorted(entry) != sorted(known):
        yield f"{entry!r} must be an object with exactly the keys {', '.join(known)}"
        return
    if not _is_text(entry["name"]):
        yield f"name {entry['name']!r} must be a text that is not empty"
    for key, choices in (("attribute", get_args(Attribute)), ("operator", get_args(Operator))):
        if entry[key] not in choices:
            yield f"{key} {entry[key]!r} must be one of {', '.join(choices)}"
    values = entry["values"]
    if not isinstance(values, list) or not values or not all(map(_is_text, values)):
        yield f"values {values!r} must be a list of one or more texts, none empty: an empty one would take every item"


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value)
