"""Exclusion rules: items that are counted by rule name and published nowhere."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Literal, NamedTuple, get_args

from contract.source import SourceContract

Operator = Literal["equals", "starts_with"]


class ExclusionError(ValueError):
    """A rule does not fit the contract."""


@dataclass(frozen=True)
class ExclusionRule:
    """Excludes the items whose ``attribute`` equals, or starts with, one of ``values``.

    An attribute is one of the contract's keys or aliases.
    """

    name: str
    attribute: str
    operator: Operator
    values: tuple[str, ...]


class _Test(NamedTuple):
    """A rule as it is applied: to the sort key or the partition key, and with what."""

    rule: ExclusionRule
    is_of_sort_key: bool
    is_prefix: bool
    values: tuple[str, ...]


class Exclusions:
    """An environment's rules, ready for the keys of a contract's items."""

    def __init__(self, contract: SourceContract, rules: Sequence[ExclusionRule]) -> None:
        """Look up what the rules' attributes are.

        Raises:
            ExclusionError: a rule names an attribute that the contract does not know.
        """
        self._tests = [_test(contract, rule) for rule in rules]

    def first(self, partition_key: str | None, sort_key: str | None = None) -> ExclusionRule | None:
        """Return the first rule that takes the item with these keys, or None. A key that is None fits no rule."""
        for rule, is_of_sort_key, is_prefix, values in self._tests:
            key = sort_key if is_of_sort_key else partition_key
            if key is not None and (key.startswith(values) if is_prefix else key in values):
                return rule
        return None


def _test(contract: SourceContract, rule: ExclusionRule) -> _Test:
    is_prefix = rule.operator == "starts_with"
    if rule.attribute in contract.aliases:
        prefix = contract.aliases[rule.attribute]
        return _Test(rule, is_of_sort_key=False, is_prefix=is_prefix, values=tuple(prefix + it for it in rule.values))
    if rule.attribute not in contract.key_attributes:
        known = ", ".join(dict.fromkeys((*contract.key_attributes, *contract.aliases)))
        message = f"rule {rule.name!r} is about {rule.attribute!r}; contract {contract.name!r} knows {known}"
        raise ExclusionError(message)
    is_of_sort_key = contract.key_attributes.index(rule.attribute) == 1
    return _Test(rule, is_of_sort_key=is_of_sort_key, is_prefix=is_prefix, values=rule.values)


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
    for key in ("name", "attribute"):
        if not _is_text(entry[key]):
            yield f"{key} {entry[key]!r} must be a text that is not empty"
    if entry["operator"] not in get_args(Operator):
        yield f"operator {entry['operator']!r} must be one of {', '.join(get_args(Operator))}"
    values = entry["values"]
    if not isinstance(values, list) or not values or not all(map(_is_text, values)):
        yield f"values {values!r} must be a list of one or more texts, none empty: an empty one would take every item"


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value)
