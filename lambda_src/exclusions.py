"""Exclusion rules: items that are counted by rule name and published nowhere."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

from lambda_src.attribute_values import unwrap

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

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

    def excludes(self, item: Mapping[str, Any]) -> bool:
        """Return whether the rule takes ``item`` (wire format). A key that is missing or no text fits no rule."""
        key = _key_text(item, self.attribute)
        if key is None:
            return False
        return key in self.values if self.operator == "equals" else key.startswith(self.values)


def first_excluding(rules: Sequence[ExclusionRule], item: Mapping[str, Any]) -> ExclusionRule | None:
    """Return the first rule that takes ``item``, or None."""
    for rule in rules:
        if rule.excludes(item):
            return rule
    return None


def _key_text(item: Mapping[str, Any], attribute: Attribute) -> str | None:
    key = unwrap(item.get("PK" if attribute == "user_id" else attribute))
    if type(key) is not str:
        return None
    if attribute != "user_id":
        return key
    return key[len(USER_PREFIX) :] if key.startswith(USER_PREFIX) else None


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
