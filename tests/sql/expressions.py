"""Expressions as SQL and as plain Python beside it: each says its SQL, and what a row makes of it.

A null is None, and truth has three values. What Python says here is what the SQL standard and Trino's documentation
say; no engine is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from tests.sql.lake import Row

_EPOCH = datetime(2026, 1, 1)
#: Longer texts stand in no statement.
_LONGEST_LITERAL = 40


@dataclass(frozen=True)
class Expression:
    """A value or, as a predicate, True, False or None, of each row."""

    sql: str
    of: Callable[[Row], Any]


@dataclass(frozen=True)
class _Function:
    sql: str
    of: Callable[[Any], Any]

    def __call__(self, argument: Expression) -> Expression:
        def value(row: Row) -> Any:
            found = argument.of(row)
            return None if found is None else self.of(found)

        return Expression(self.sql.format(argument.sql), value)


def _cut(value: int, by: int) -> int:
    """Divide as SQL does: toward nothing."""
    return abs(value) // by * (1 if value >= 0 else -1)


#: What is made of a value, by its type; texts have no letters whose lower case is longer.
_FUNCTIONS: dict[type, tuple[_Function, ...]] = {
    str: (
        _Function("lower({0})", str.lower),
        _Function("length({0})", len),
        _Function("substr({0}, 2, 3)", lambda text: text[1:4]),
        _Function("nullif({0}, '')", lambda text: text or None),
        _Function("concat({0}, ' · ¿')", lambda text: f"{text} · ¿"),
        _Function("replace({0}, 'a', '''')", lambda text: text.replace("a", "'")),
        _Function("strpos({0}, 'o')", lambda text: text.find("o") + 1),
        _Function("reverse({0})", lambda text: text[::-1]),
        _Function("split_part({0}, '#', 1)", lambda text: text.split("#")[0]),
    ),
    int: (
        _Function("({0} + 7)", lambda value: value + 7),
        _Function("(-{0})", lambda value: -value),
        _Function("mod({0}, 3)", lambda value: value - 3 * _cut(value, 3)),
        _Function("({0} / 2)", lambda value: _cut(value, 2)),
        _Function("CAST({0} AS varchar)", str),
        _Function("CAST({0} AS double)", float),
    ),
    float: (
        _Function("({0} * 2)", lambda value: value * 2),
        _Function("abs({0})", abs),
        _Function("({0} > 1)", lambda value: value > 1),
    ),
    Decimal: (
        _Function("({0} + 1)", lambda value: value + 1),
        _Function("abs({0})", abs),
        _Function("({0} < 0)", lambda value: value < 0),
    ),
    bool: (
        _Function("(NOT {0})", lambda value: not value),
        _Function("CAST({0} AS varchar)", lambda v: str(v).lower()),
    ),
    date: (
        _Function("({0} + INTERVAL '1' DAY)", lambda day: day + timedelta(days=1)),
        _Function("day_of_week({0})", date.isoweekday),
        _Function("date_trunc('month', {0})", lambda day: day.replace(day=1)),
    ),
    datetime: (
        _Function("date({0})", datetime.date),
        _Function("({0} - INTERVAL '5' HOUR)", lambda at: at - timedelta(hours=5)),
        _Function("hour({0})", lambda at: at.hour),
        _Function("date_format({0}, '%Y-%m')", lambda at: f"{at:%Y-%m}"),
        _Function("CAST(date_trunc('week', {0}) AS date)", lambda at: (at - timedelta(days=at.weekday())).date()),
        _Function("date_diff('minute', TIMESTAMP '2026-01-01 00:00:00', {0})", lambda at: _minutes(at - _EPOCH)),
    ),
}


def _minutes(passed: timedelta) -> int:
    return _cut(passed // timedelta(milliseconds=1), 60_000)


_LITERALS = {float: "DOUBLE", Decimal: "DECIMAL", date: "DATE"}


def literal(value: Any) -> str:
    """Write a value into SQL."""
    if value is None:
        return "NULL"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    if isinstance(value, datetime):
        return f"TIMESTAMP '{value:%Y-%m-%d %H:%M:%S.%f}'"
    name = _LITERALS.get(type(value))
    return f"{name} '{value}'" if name else str(value).lower()


@dataclass(frozen=True)
class Maker:
    """Makes expressions of a relation's columns; ``prefix`` is put before their names."""

    random: Random
    rows: Sequence[Row]
    prefix: str = ""

    def column(self, name: str) -> Expression:
        """A column itself."""
        return Expression(f'{self.prefix}"{name}"', lambda row: row[name])

    def any_column(self) -> str:
        """One of the columns that hold more than nulls and lists."""
        names = [name for name in self.rows[0] if self.type_of(self.column(name)) in _FUNCTIONS]
        return self.random.choice(names)

    def type_of(self, expression: Expression) -> type | None:
        """The type of what an expression says of the rows; None if it is always null."""
        return next((type(value) for row in self.rows if (value := expression.of(row)) is not None), None)

    def value(self) -> Expression:
        """A column, or what one function or two make of it."""
        found = self.column(self.any_column())
        for _ in range(self.random.choice((0, 0, 1, 1, 2))):
            if (kind := self.type_of(found)) is None:
                break
            found = self.random.choice(_FUNCTIONS[kind])(found)
        if self.random.random() < 0.15 and (example := self._example(found)) is not None:
            return self._coalesced(found, example)
        return found

    @staticmethod
    def _coalesced(found: Expression, other: Any) -> Expression:
        def value(row: Row) -> Any:
            return other if (given := found.of(row)) is None else given

        return Expression(f"coalesce({found.sql}, {literal(other)})", value)

    def _example(self, expression: Expression) -> Any:
        known = {value for row in self.rows if (value := expression.of(row)) is not None}
        short = [value for value in known if not isinstance(value, str) or len(value) <= _LONGEST_LITERAL]
        return self.random.choice(sorted(short)) if short else None

    def predicate(self, depth: int = 1) -> Expression:
        """A condition, perhaps of several."""
        if depth and self.random.random() < 0.5:
            return self._combined(depth)
        about = self.value()
        example = self._example(about)
        if example is None or self.random.random() < 0.2:
            return self._null_test(about)
        choices = [self._compared, self._listed, self._between, self._distinct]
        if isinstance(example, str) and len(example) > 1:
            choices += [self._like] * 2
        return self.random.choice(choices)(about, example)

    def _combined(self, depth: int) -> Expression:
        one, other = self.predicate(depth - 1), self.predicate(depth - 1)
        kind = self.random.choice(("AND", "OR", "NOT"))
        if kind == "NOT":
            return Expression(f"(NOT {one.sql})", lambda row: None if (it := one.of(row)) is None else not it)
        decides = kind == "OR"

        def value(row: Row) -> bool | None:
            found = (one.of(row), other.of(row))
            if decides in found:
                return decides
            return None if None in found else not decides

        return Expression(f"({one.sql} {kind} {other.sql})", value)

    def _null_test(self, about: Expression) -> Expression:
        if self.random.random() < 0.5:
            return Expression(f"({about.sql} IS NULL)", lambda row: about.of(row) is None)
        return Expression(f"({about.sql} IS NOT NULL)", lambda row: about.of(row) is not None)

    def _compared(self, about: Expression, example: Any) -> Expression:
        sql, holds = self.random.choice(
            (
                ("=", lambda it: it == example),
                ("<>", lambda it: it != example),
                ("<", lambda it: it < example),
                (">=", lambda it: it >= example),
            )
        )
        return _Function(f"({{0}} {sql} {_braced(example)})", holds)(about)

    def _listed(self, about: Expression, example: Any) -> Expression:
        others = [example, *(self._example(about) for _ in range(2))]
        listed = ", ".join(map(_braced, others))
        # Not beside whole numbers or days: Trino finds nulls in IN (0, 1, 2, NULL), whose values follow each other.
        if self.random.random() < 0.3 and type(example) not in {int, date}:
            # With a null in the list, what is not in it may be: nobody knows.
            return _Function(f"({{0}} NOT IN ({listed}, NULL))", lambda it: False if it in others else None)(about)
        return _Function(f"({{0}} IN ({listed}))", lambda it: it in others)(about)

    def _between(self, about: Expression, example: Any) -> Expression:
        low, high = sorted((example, self._example(about)))
        return _Function(f"({{0}} BETWEEN {_braced(low)} AND {_braced(high)})", lambda it: low <= it <= high)(about)

    def _distinct(self, about: Expression, example: Any) -> Expression:
        return Expression(f"({about.sql} IS DISTINCT FROM {literal(example)})", lambda row: about.of(row) != example)

    def _like(self, about: Expression, example: str) -> Expression:
        at = self.random.randrange(len(example) - 1)
        part = example[at : at + 2]
        if {"%", "_"} & set(part):
            return self._null_test(about)
        form, holds = self.random.choice(
            (
                (f"%{part}%", lambda it: part in it),
                (f"{part}%", lambda it: it.startswith(part)),
                (f"%{part}", lambda it: it.endswith(part)),
                (f"_{part}%", lambda it: it[1:3] == part and len(it) > len(part)),
            )
        )
        return _Function(f"({{0}} LIKE {_braced(form)})", holds)(about)


def _braced(value: Any) -> str:
    return literal(value).replace("{", "{{").replace("}", "}}")
