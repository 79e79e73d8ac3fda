"""The types that a column can have: the one home of their names, of what a cell of each is, and of what may widen.

A cell is a text, written in one way only for each value: so equal rows are equal records. What fits no type of number,
day or instant rejects its item in ETL-1; ETL-2's engines look for the same patterns.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from functools import cache
from typing import ClassVar, Final, NoReturn

#: What Iceberg, Glue, Spark, Arrow and Athena have in common; it is also what DynamoDB's numbers have at most.
MOST_DIGITS: Final = 38
INT64: Final = range(-(2**63), 2**63)
#: How an instant is written in a CSV cell: UTC, microseconds, always 27 characters.
CSV_TIMESTAMP_FORMAT: Final = "%Y-%m-%dT%H:%M:%S.%fZ"
_DAY: Final = "[0-9]{4}-[0-9]{2}-[0-9]{2}"


class Kind(Enum):
    """What a type is, whatever its precision; its value is the contract's name of it, decimals aside."""

    TEXT = "string"
    INTEGER = "bigint"
    INSTANT = "timestamp"
    DOUBLE = "double"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    DATE = "date"
    JSON = "json"


#: Patterns that a cell has to match, for any program's regular expressions; text has other rules.
_PATTERNS: Final[Mapping[Kind, str]] = {
    Kind.INTEGER: "(?:0|-?[1-9][0-9]{0,18})",
    Kind.INSTANT: rf"{_DAY}T[0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}}[.][0-9]{{6}}Z",
    Kind.DOUBLE: r"-?[0-9]+(?:[.][0-9]+)?(?:[eE][+-]?[0-9]+)?",
    Kind.BOOLEAN: "(?:true|false)",
    Kind.DATE: _DAY,
}
#: Iceberg's names, and Athena's where they are not Glue's. Timestamps have no zone: Athena's DDL has no other.
_ICEBERG: Final = {Kind.INTEGER: "long", Kind.JSON: "string"}
_ATHENA: Final = {Kind.TEXT: "varchar", Kind.JSON: "varchar", Kind.INSTANT: "timestamp(6)"}
_RULES: Final = {
    Kind.TEXT: "a text that UTF-8 can hold",
    Kind.INTEGER: "a whole number of 64 bits",
    Kind.INSTANT: "an instant in UTC, to the microsecond",
    Kind.DOUBLE: "a finite number",
    Kind.BOOLEAN: "true or false",
    Kind.DATE: "a day as YYYY-MM-DD",
    Kind.JSON: "a JSON document",
}
_DECIMAL: Final = re.compile(r"decimal\((\d+), ?(\d+)\)")
#: What else Iceberg widens, by its own names: https://iceberg.apache.org/spec/#schema-evolution.
_WIDENED: Final = frozenset({("int", "long"), ("float", "double")})


@dataclass(frozen=True)
class ColumnType:
    """A column's logical type. ``precision`` and ``scale`` are a decimal's: its digits, and those behind the point."""

    kind: Kind
    precision: int = 0
    scale: int = 0

    TEXT: ClassVar[ColumnType]
    INTEGER: ClassVar[ColumnType]
    INSTANT: ClassVar[ColumnType]
    DOUBLE: ClassVar[ColumnType]
    BOOLEAN: ClassVar[ColumnType]
    DATE: ClassVar[ColumnType]
    JSON: ClassVar[ColumnType]

    @classmethod
    def decimal(cls, precision: int, scale: int) -> ColumnType:
        """Return the type of numbers of so many digits, ``scale`` of them behind the point."""
        return cls(Kind.DECIMAL, precision, scale)

    @property
    def name(self) -> str:
        """What the contract calls the type, for ever: histories of columns and versions of sums are made of it."""
        return f"decimal({self.precision},{self.scale})" if self.kind is Kind.DECIMAL else self.kind.value

    @property
    def value(self) -> str:
        """The name that Glue, Hive and Spark share."""
        return Kind.TEXT.value if self.kind is Kind.JSON else self.name

    @property
    def iceberg(self) -> str:
        """Iceberg's name, as table metadata has it."""
        if self.kind is Kind.DECIMAL:
            return f"decimal({self.precision}, {self.scale})"
        return _ICEBERG.get(self.kind, self.name)

    @property
    def athena(self) -> str:
        """Athena's name, which is Trino's."""
        return _ATHENA.get(self.kind, self.name)

    @property
    def is_text(self) -> bool:
        """Whether engines have it as text: cells are escaped, and any text is one."""
        return self.kind in {Kind.TEXT, Kind.JSON}

    @property
    def is_number(self) -> bool:
        """Whether it is a type of numbers."""
        return self.kind in {Kind.INTEGER, Kind.DECIMAL, Kind.DOUBLE}

    @property
    def can_order(self) -> bool:
        """Whether rows can be told apart and files sorted by it: equal values are equal cells, and have an order."""
        return self.kind in {Kind.TEXT, Kind.INTEGER, Kind.DECIMAL, Kind.INSTANT, Kind.DATE}

    @property
    def pattern(self) -> str:
        """What a cell matches from end to end, for any program's regular expressions.

        Raises:
            KeyError: it is a type of texts.
        """
        if self.kind is not Kind.DECIMAL:
            return _PATTERNS[self.kind]
        whole = self.precision - self.scale
        front = f"(?:0|[1-9][0-9]{{0,{whole - 1}}})" if whole else "0"
        return f"-?{front}[.][0-9]{{{self.scale}}}" if self.scale else f"-?{front}"

    @property
    def rule(self) -> str:
        """What its values are, in words for whoever reads why an item was rejected."""
        if self.kind is Kind.DECIMAL:
            return f"a number of at most {self.precision - self.scale} digits before and {self.scale} behind the point"
        return _RULES[self.kind]

    @property
    def fits(self) -> Callable[[str], bool]:
        """A function that says whether a text, not escaped, is a cell of this type."""
        return _test_of(self)

    def faults(self) -> list[str]:
        """Return why there is no such type; empty where there is."""
        if self.kind is not Kind.DECIMAL:
            return []
        faults = []
        if not 1 <= self.precision <= MOST_DIGITS:
            faults.append(f"{self.name} has {self.precision} digits: choose 1 to {MOST_DIGITS}")
        if not 0 <= self.scale <= self.precision:
            faults.append(f"{self.name} has {self.scale} digits behind the point: choose 0 to {self.precision}")
        return faults


ColumnType.TEXT = ColumnType(Kind.TEXT)
ColumnType.INTEGER = ColumnType(Kind.INTEGER)
ColumnType.INSTANT = ColumnType(Kind.INSTANT)
ColumnType.DOUBLE = ColumnType(Kind.DOUBLE)
ColumnType.BOOLEAN = ColumnType(Kind.BOOLEAN)
ColumnType.DATE = ColumnType(Kind.DATE)
ColumnType.JSON = ColumnType(Kind.JSON)


def widens(old: str, new: str) -> bool:
    """Return whether what was written as ``old`` can be read as ``new``: Iceberg's names, or the contract's."""
    before, after = _DECIMAL.fullmatch(old), _DECIMAL.fullmatch(new)
    if before and after:
        return before[2] == after[2] and int(before[1]) <= int(after[1])
    return old == new or (old, new) in _WIDENED


@cache
def _test_of(kind: ColumnType) -> Callable[[str], bool]:
    if kind.is_text:
        return _is_json if kind.kind is Kind.JSON else _is_utf8
    matches, more = re.compile(kind.pattern).fullmatch, _MORE.get(kind.kind)
    if more is None:
        return lambda text: matches(text) is not None
    return lambda text: matches(text) is not None and more(text)


def _is_utf8(text: str) -> bool:
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_json(text: str) -> bool:
    try:
        json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError):
        return False
    return _is_utf8(text)


def _no_number(constant: str) -> NoReturn:
    message = f"{constant} is not JSON"
    raise ValueError(message)


def _is_instant(text: str) -> bool:
    written = text.removesuffix("Z")
    try:
        # There and back: Pythons differ in whether 24:00 is a time, which would come back as the next day's.
        return datetime.fromisoformat(written).isoformat(timespec="microseconds") == written
    except ValueError:
        return False


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


#: What else holds of a cell that matches its pattern.
_MORE: Final[dict[Kind, Callable[[str], bool]]] = {
    Kind.INTEGER: lambda text: int(text) in INT64,
    Kind.INSTANT: _is_instant,
    Kind.DATE: _is_day,
}
