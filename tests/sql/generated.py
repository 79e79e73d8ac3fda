"""Queries made by chance, each with its answer computed from plain rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from tests.sql.expressions import Expression, Maker
from tests.sql.lake import Row

Answer = list[tuple[Any, ...]]


@dataclass(frozen=True)
class Relation:
    """A table or view, its rows (instants without a zone), and columns by which no two different rows are alike."""

    name: str
    key: tuple[str, ...]
    rows: Sequence[Row]


@dataclass(frozen=True)
class Join:
    """Two relations and the columns, of each, that are equal."""

    left: Relation
    right: Relation
    on: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Query:
    """A statement and its answer, in the order that it promises."""

    sql: str
    answer: Answer


class Queries:
    """The same queries for the same seed."""

    def __init__(self, seed: int, relations: Sequence[Relation], joins: Sequence[Join]) -> None:
        self._random = Random(seed)
        self._relations = relations
        self._joins = joins

    def make(self, count: int) -> list[Query]:
        """Return so many, of each kind in turn, over each relation in turn."""
        over = (self._rows, self._groups, self._total, self._newest)
        between = (self._joined, self._exists)
        made = []
        for number in range(count):
            if number % 3 == 2:
                made.append(between[number // 3 % 2](self._joins[number // 6 % len(self._joins)]))
            else:
                place = number // 3 * 2 + number % 3
                relation = self._relations[place % len(self._relations)]
                made.append(over[place // len(self._relations) % len(over)](relation))
        return made

    def _rows(self, relation: Relation) -> Query:
        make = Maker(self._random, relation.rows)
        shown = [*map(make.column, relation.key), *(make.value() for _ in range(2))]
        where, first = make.predicate(), make.value()
        is_down, limit = self._random.random() < 0.5, self._random.choice((5, 50, 10_000))
        direction = "DESC" if is_down else "ASC"
        sql = (
            f"{_select(shown, relation, where)} ORDER BY {first.sql} {direction}, {_names(relation.key)} LIMIT {limit}"
        )
        rows = _by(_where(relation.rows, where), [make.column(name) for name in relation.key])
        return Query(sql, _told(_by(rows, [first], is_down=is_down)[:limit], shown))

    def _groups(self, relation: Relation) -> Query:
        make = Maker(self._random, relation.rows)
        by, where, least = make.value(), make.predicate(), self._random.choice((0, 0, 1, 2))
        aggregates = [self._aggregate(make) for _ in range(2)]
        shown = ", ".join([by.sql, *(sql for sql, _ in aggregates)])
        sql = f"SELECT {shown} FROM {relation.name} WHERE {where.sql} GROUP BY 1 HAVING count(*) > {least} ORDER BY 1"
        groups: dict[Any, list[Row]] = defaultdict(list)
        for row in _where(relation.rows, where):
            groups[by.of(row)].append(row)
        answer = [(value, *(of(rows) for _, of in aggregates)) for value, rows in groups.items() if len(rows) > least]
        return Query(sql, sorted(answer, key=lambda row: _last_if_null(row[0])))

    def _total(self, relation: Relation) -> Query:
        make = Maker(self._random, relation.rows)
        where, aggregates = make.predicate(), [self._aggregate(make) for _ in range(4)]
        sql = f"SELECT {', '.join(sql for sql, _ in aggregates)} FROM {relation.name} WHERE {where.sql}"
        rows = _where(relation.rows, where)
        return Query(sql, [tuple(of(rows) for _, of in aggregates)])

    def _newest(self, relation: Relation) -> Query:
        """The first rows of each group, by a window."""
        make = Maker(self._random, relation.rows)
        keys, by, order, where = [*map(make.column, relation.key)], make.value(), make.value(), make.predicate()
        names = _names(relation.key)
        window = f"row_number() OVER (PARTITION BY {by.sql} ORDER BY {order.sql} DESC, {names})"
        inner = f"SELECT {names}, {window} AS place FROM {relation.name} WHERE {where.sql}"
        sql = f"SELECT {names}, place FROM ({inner}) WHERE place <= 2 ORDER BY {names}, place"
        groups: dict[Any, list[Row]] = defaultdict(list)
        for row in _by(_by(_where(relation.rows, where), keys), [order], is_down=True):
            groups[by.of(row)].append(row)
        answer = [
            (*(key.of(row) for key in keys), place) for rows in groups.values() for place, row in enumerate(rows[:2], 1)
        ]
        return Query(sql, sorted(answer, key=lambda row: [_last_if_null(cell) for cell in row]))

    def _joined(self, join: Join) -> Query:
        left, right = self._sides(join)
        kind, where, on = self._random.choice(("LEFT", "INNER")), left.predicate(), right.predicate()
        told, keys = right.value(), [*map(left.column, join.left.key)]
        shown = ", ".join(key.sql for key in keys)
        sql = (
            f"SELECT {shown}, count({told.sql}), min({told.sql}), count(*) FROM {join.left.name} l"
            f" {kind} JOIN {join.right.name} r ON {_equal(join)} AND {on.sql}"
            f" WHERE {where.sql} GROUP BY {shown} ORDER BY {shown}"
        )
        answer: Answer = []
        for row, others in _pairs(join, _where(join.left.rows, where), on):
            # What meets nothing meets a row of nulls.
            met = others or ([dict.fromkeys(join.right.rows[0])] if kind == "LEFT" else [])
            if met:
                values = [value for other in met if (value := told.of(other)) is not None]
                counts = (len(values), min(values, default=None), len(met))
                answer.append((*(key.of(row) for key in keys), *counts))
        return Query(sql, sorted(answer, key=lambda row: [_last_if_null(cell) for cell in row[: len(keys)]]))

    def _exists(self, join: Join) -> Query:
        left, right = self._sides(join)
        is_wanted, where, on = self._random.random() < 0.5, left.predicate(), right.predicate()
        keys = [*map(left.column, join.left.key)]
        shown = ", ".join(key.sql for key in keys)
        sql = (
            f"SELECT {shown} FROM {join.left.name} l WHERE {where.sql} AND {'' if is_wanted else 'NOT '}EXISTS"
            f" (SELECT 1 FROM {join.right.name} r WHERE {_equal(join)} AND {on.sql}) ORDER BY {shown}"
        )
        found = [row for row, others in _pairs(join, _where(join.left.rows, where), on) if bool(others) == is_wanted]
        return Query(sql, _told(_by(found, keys), keys))

    def _sides(self, join: Join) -> tuple[Maker, Maker]:
        return Maker(self._random, join.left.rows, "l."), Maker(self._random, join.right.rows, "r.")

    def _aggregate(self, make: Maker) -> tuple[str, Callable[[Sequence[Row]], Any]]:
        """Return an aggregate's SQL, and what it says of rows."""
        of, condition = make.value(), make.predicate(0)

        def known(rows: Sequence[Row]) -> list[Any]:
            return [value for row in rows if (value := of.of(row)) is not None]

        choices: list[tuple[str, Callable[[Sequence[Row]], Any]]] = [
            ("count(*)", len),
            (f"count({of.sql})", lambda rows: len(known(rows))),
            (f"count(DISTINCT {of.sql})", lambda rows: len(set(known(rows)))),
            (f"min({of.sql})", lambda rows: min(known(rows), default=None)),
            (f"max({of.sql})", lambda rows: max(known(rows), default=None)),
            (f"count(*) FILTER (WHERE {condition.sql})", lambda rows: len(_where(rows, condition))),
            (f"count_if({condition.sql})", lambda rows: len(_where(rows, condition))),
        ]
        if make.type_of(of) in {int, float}:
            choices += [
                (f"sum({of.sql})", lambda rows: sum(known(rows)) if known(rows) else None),
                (f"avg({of.sql})", lambda rows: sum(known(rows)) / len(known(rows)) if known(rows) else None),
            ]
        return self._random.choice(choices)


def _select(shown: Sequence[Expression], relation: Relation, where: Expression) -> str:
    # With names of their own, so that the order's columns are the relation's.
    named = ", ".join(f"{each.sql} AS v{number}" for number, each in enumerate(shown))
    return f"SELECT {named} FROM {relation.name} WHERE {where.sql}"


def _names(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _equal(join: Join) -> str:
    return " AND ".join(f'l."{one}" = r."{other}"' for one, other in join.on)


def _pairs(join: Join, rows: Sequence[Row], on: Expression) -> list[tuple[Row, list[Row]]]:
    """Return each row of the left with those of the right that it meets; a null equals nothing."""
    by_key: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in _where(join.right.rows, on):
        by_key[tuple(row[name] for _, name in join.on)].append(row)
    keys = [(row, tuple(row[name] for name, _ in join.on)) for row in rows]
    return [(row, [] if None in key else by_key.get(key, [])) for row, key in keys]


def _where(rows: Sequence[Row], where: Expression) -> list[Row]:
    return [row for row in rows if where.of(row) is True]


def _told(rows: Sequence[Row], shown: Sequence[Expression]) -> Answer:
    return [tuple(each.of(row) for each in shown) for row in rows]


def _by(rows: Sequence[Row], order: Sequence[Expression], *, is_down: bool = False) -> list[Row]:
    """Sort as SQL does: nulls come last, up and down."""
    found = list(rows)
    for each in reversed(order):
        nulls = [row for row in found if each.of(row) is None]
        known = [row for row in found if each.of(row) is not None]
        found = [*sorted(known, key=each.of, reverse=is_down), *nulls]
    return found


def _last_if_null(value: Any) -> tuple[bool, Any]:
    return (value is None, "" if value is None else value)
