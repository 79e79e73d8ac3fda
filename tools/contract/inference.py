"""What a sample of items tells of a table: for each attribute a type, how often it is missing, and what is odd.

Types are tried by the very readers that ETL-1 has (``contract.items.typed``): so what is odd here is what would be
rejected there, in the same words, which quote nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Any, Final

from contract.column_types import MOST_DIGITS, ColumnType
from contract.datasets import TECHNICAL, Column
from contract.items import typed
from contract.items.attribute_values import Number, unwrap
from contract.items.rejections import ItemRejectedError

#: A type is proposed if so many of a hundred values are of it; the others would be rejected.
_MOST: Final = 90
#: Digits before the point that a decimal has more than the sample needs, for numbers to come.
_ROOM: Final = 4
#: Digits behind the point that a decimal has at least: later prices may have cents where the sample's have none.
_PLACES: Final = 2
#: More digits behind the point are those of a floating-point number: the next one may have more of them.
_MOST_PLACES: Final = 12
#: What tells kinds of items apart has up to so many different values.
_MOST_KINDS: Final = 20
#: Seconds since 1970 of the years 2010 to 2033: below are identity numbers of ten digits, above are telephones.
_SECONDS: Final = range(1_262_304_000, 2_000_000_000)
#: More digits than a DynamoDB number has.
_EXACT: Final = Context(prec=100)
#: DynamoDB's types without a column's type.
_WITHOUT_COLUMN: Final = frozenset({"B", "SS", "NS", "BS"})
_DAY: Final = re.compile(r"(?<!\d)\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(?!\d)")
#: An entry is told if at least one of so many maps has it.
_FEW_MAPS: Final = 10
#: Texts of so many characters, on average, are written at length.
_PROSE: Final = 60


@dataclass(frozen=True)
class Attribute:
    """One attribute of the items. ``type`` is None where no column can have its values.

    ``kinds`` are DynamoDB's types of its values, ``missing`` counts items without it or with a null, ``odd`` the
    reasons for which values would be rejected, ``distinct`` different values; ``length`` is that of texts on average.
    """

    name: str
    type: ColumnType | None
    items: int
    missing: int
    kinds: Mapping[str, int]
    odd: Mapping[str, int]
    distinct: int
    length: float
    is_key: bool = False
    #: Where the day ends that each text of a key has, at the same place in all of them; 0 if there is none.
    day_ends: int = 0
    #: What all its numbers may be of the time since 1970, ``milliseconds`` or ``seconds``; empty if neither.
    epoch: str = ""
    #: How many digits its numbers have behind the point where that is too many for a decimal; else 0.
    places: int = 0
    #: Paths to the entries of its maps, without the attribute's own name: names only, no values.
    entries: tuple[str, ...] = ()

    @property
    def percent_missing(self) -> float:
        """How many of a hundred items have no value of it."""
        return self.missing * 100 / self.items

    @property
    def is_prose(self) -> bool:
        """Whether its values are texts that are written at length."""
        return self.type == ColumnType.TEXT and self.length >= _PROSE


@dataclass(frozen=True)
class Observation:
    """What a sample tells: its keys, the partition key first; attributes in order; how many sets of them there are.

    ``telling`` are attributes with few values, each of which has sets of attributes of its own.
    """

    keys: tuple[str, ...]
    items: int
    attributes: tuple[Attribute, ...]
    shapes: int
    telling: tuple[str, ...]


def observed(items: Sequence[Mapping[str, Any]], keys: tuple[str, ...]) -> Observation:
    """Return what items, in DynamoDB's wire format, tell of their table; keys come first."""
    names = sorted({name for item in items for name in item} - set(keys))
    attributes = tuple(_attribute(name, items, is_key=name in keys) for name in (*keys, *names))
    few = [each for each in attributes if not (each.is_key or each.missing) and 1 < each.distinct <= _MOST_KINDS]
    telling = tuple(each.name for each in few if each.type == ColumnType.TEXT and _tells_shapes(each.name, items))
    return Observation(keys, len(items), attributes, len({frozenset(item) for item in items}), telling)


def _tells_shapes(name: str, items: Sequence[Mapping[str, Any]]) -> bool:
    """Return whether no two values of an attribute are of items with the same set of attributes."""
    values: dict[frozenset[str], set[str]] = {}
    for item in items:
        values.setdefault(frozenset(item), set()).add(str(unwrap(item[name])))
    return all(len(found) == 1 for found in values.values())


def _attribute(name: str, items: Sequence[Mapping[str, Any]], *, is_key: bool) -> Attribute:
    wires = [item[name] for item in items if name in item]
    kinds = Counter(next(iter(wire)) for wire in wires)
    values = [value for value in map(unwrap, wires) if value is not None]
    # A text that is a key stays one: two keys may be one instant. A column's source has dots for maps.
    best, odd = (ColumnType.TEXT, Counter[str]()) if is_key and kinds.keys() == {"S"} else _best(kinds, values)
    best = None if {".", "["} & set(name) else best
    texts = [value for value in values if type(value) is str]
    return Attribute(
        name=name,
        type=best,
        items=len(items),
        missing=len(items) - len(values),
        kinds=dict(kinds.most_common()),
        odd=dict(odd.most_common()),
        distinct=len(set(map(str, values))),
        length=sum(map(len, texts)) / len(texts) if texts else 0,
        is_key=is_key,
        day_ends=_day_ends(texts) if is_key else 0,
        places=_too_many_places(values) if best == ColumnType.DOUBLE else 0,
        epoch=_epoch(values) if best == ColumnType.INTEGER and not odd else "",
        entries=_entries([wire for wire in wires if "M" in wire]),
    )


def _day_ends(texts: Sequence[str]) -> int:
    found = {match.end() if (match := _DAY.search(text)) else 0 for text in texts}
    return found.pop() if len(found) == 1 else 0


def _epoch(numbers: Sequence[str]) -> str:
    """Return which unit of the time since 1970 whole numbers are likely to be in, if one."""
    found = [int(Decimal(number)) for number in numbers]
    if all(number in _SECONDS for number in found):
        return "seconds"
    return "milliseconds" if all(number // 1000 in _SECONDS for number in found) else ""


def _entries(maps: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return the paths that several maps have. Where each has names of its own, these are data: none is shown."""
    found = Counter(path for wire in maps for path in _paths(wire))
    return tuple(sorted(path for path, times in found.items() if times > 1 and times * _FEW_MAPS >= len(maps)))


def _paths(wire: Mapping[str, Any]) -> Iterator[str]:
    """Yield the paths to what is no map within a map; none through a name with a dot, which no source can lead to."""
    for name, entry in wire.get("M", {}).items():
        if "." not in name:
            inner = list(_paths(entry))
            yield from (f"{name}.{path}" for path in inner)
            if "M" not in entry and "NULL" not in entry:
                yield name


def _best(kinds: Counter[str], values: Sequence[Any]) -> tuple[ColumnType | None, Counter[str]]:
    """Return the type that most values are of, and why the others would be rejected."""
    if not kinds.keys() & _WITHOUT_COLUMN:
        refused = [(candidate, _refusals(candidate, values)) for candidate in _candidates(kinds, values)]
        # Of equally good ones the first, which is the narrowest.
        best, odd = min(refused, key=lambda each: each[1].total())
        if _are_few(odd, values):
            return best, odd
        odd = _refusals(ColumnType.TEXT, values)
        if _are_few(odd, values):
            return ColumnType.TEXT, odd
    return None, Counter()


def _are_few(odd: Counter[str], values: Sequence[Any]) -> bool:
    return odd.total() * 100 <= len(values) * (100 - _MOST)


def _candidates(kinds: Counter[str], values: Sequence[Any]) -> tuple[ColumnType, ...]:
    """Return types to try, the narrowest first. Texts of digits stay texts: they may begin with a zero that counts."""
    most = next((kind for kind, _ in kinds.most_common() if kind != "NULL"), "")
    if most == "BOOL":
        return (ColumnType.BOOLEAN,)
    if most == "N":
        exact = () if _too_many_places(values) else (_decimal_for(_numbers(values)),)
        return ColumnType.INTEGER, *exact, ColumnType.DOUBLE
    if most in {"M", "L"}:
        return (ColumnType.JSON,)
    return (ColumnType.DATE, ColumnType.INSTANT, ColumnType.JSON) if most else (ColumnType.TEXT,)


def _numbers(values: Iterable[Any]) -> list[Number]:
    return [value for value in values if isinstance(value, Number)]


def _too_many_places(values: Iterable[Any]) -> int:
    """Return how many digits numbers have behind the point, where a decimal had better not promise so many; else 0."""
    places = max(
        (-int(Decimal(number).normalize(_EXACT).as_tuple().exponent) for number in _numbers(values)), default=0
    )
    return places if places > _MOST_PLACES else 0


def _decimal_for(numbers: Iterable[Number]) -> ColumnType:
    """Return a decimal that has room for numbers, for larger ones, and for cents if a number has a fraction."""
    before, behind = 1, 0
    for number in numbers:
        _, digits, exponent = Decimal(number).normalize(_EXACT).as_tuple()
        behind = max(behind, -int(exponent))
        before = max(before, len(digits) + int(exponent))
    scale = min(max(behind, min(_PLACES, MOST_DIGITS - before)) if behind else 0, MOST_DIGITS)
    return ColumnType.decimal(min(MOST_DIGITS, before + scale + _ROOM), scale)


def _refusals(candidate: ColumnType, values: Sequence[Any]) -> Counter[str]:
    column = Column(1, "it", candidate, TECHNICAL, nullable=True, comment="")
    refused: Counter[str] = Counter()
    for value in values:
        try:
            typed.cell(value, column)
        except ItemRejectedError as rejection:
            refused[rejection.rule.partition(": ")[2]] += 1
    return refused
