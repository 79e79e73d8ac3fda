"""Cells of any column's type, read from attribute values: exact, or rejected with the column and its rule.

Numbers are DynamoDB's own digits, 38 of them at most, or texts of such: they never pass through a float unless their
column is one. What is refused is told by kinds and lengths; the value itself stands in the rejected item.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from decimal import Context, Decimal, Inexact, InvalidOperation
from functools import partial
from typing import Any, Final, NoReturn, TypeAlias

from contract.column_types import ColumnType, Kind
from contract.datasets import Column, Dataset
from contract.items import parts, readers
from contract.items.attribute_values import Number, is_number, kind_of, unwrap
from contract.items.outcomes import Row
from contract.items.rejections import ItemRejectedError, RejectionCode

_Convert: TypeAlias = Callable[[str, ColumnType], str]

#: Raises where a number would be rounded.
_EXACT: Final = Context(prec=100, traps=[Inexact, InvalidOperation])
#: In characters, more than a number of any column has: no text of a number may fill memory.
_LONGEST_NUMBER: Final = 1000


def cell(value: Any, column: Column) -> str | None:
    """Return an attribute's value, or an entry's, as a cell of a column; None for null.

    Raises:
        ItemRejectedError: it is of another kind, it does not fit the column's type, or is null where none may be.
    """
    try:
        read = _READERS[column.type.kind](value, column.type)
    except ItemRejectedError as rejection:
        rejection.rule = f"column {column.name}, {column.type.name}: {rejection.rule}"
        raise
    if read is None and not column.nullable:
        rule = f"column {column.name}, {column.type.name}: expected a value, found nothing"
        raise ItemRejectedError(RejectionCode.MISSING_VALUE, rule)
    return read


def attribute(item: Mapping[str, Any], column: Column) -> str | None:
    """Return the cell of a column whose one ``source`` is a top-level attribute, or an entry in its maps, ``a.b.c``.

    Raises:
        ItemRejectedError: as :func:`cell`.
    """
    (source,) = column.source
    name, *keys = source.split(".")
    read: parts.TextReader = partial(cell, column=column)
    for key in reversed(keys):
        read = partial(_entry, key=key, read=read)
    return parts.attribute(item, name, read)


def _entry(value: Any, *, key: str, read: parts.TextReader) -> str | None:
    return parts.entry(readers.mapping(value) or {}, key, read)


def row(item: Mapping[str, Any], dataset: Dataset) -> Row:
    """Return the row of an item that is one of a dataset, each column by its ``source``; see :func:`attribute`.

    Raises:
        ItemRejectedError: as :func:`cell`.
    """
    return tuple(attribute(item, column) for column in dataset.columns)


def _text(value: Any, _: ColumnType) -> str | None:
    return readers.text(value)


def _instant(value: Any, _: ColumnType) -> str | None:
    return readers.instant(value)


def _day(value: Any, kind: ColumnType) -> str | None:
    written = readers.text(value)
    return written if written is None or kind.fits(written) else _refuse(kind, readers.described(written))


def _boolean(value: Any, kind: ColumnType) -> str | None:
    value = unwrap(value)
    if type(value) is str and not kind.fits(value):
        _refuse(kind, readers.described(value))
    if value is not None and type(value) not in (bool, str):
        raise ItemRejectedError(RejectionCode.WRONG_TYPE, f"expected a boolean, found {kind_of(value)}")
    return readers.text(value)


def _number(convert: _Convert) -> Callable[[Any, ColumnType], str | None]:
    def read(value: Any, kind: ColumnType) -> str | None:
        value = unwrap(value)
        if value is None:
            return None
        if not isinstance(value, str):
            raise ItemRejectedError(RejectionCode.WRONG_TYPE, f"expected a number, found {kind_of(value)}")
        if not is_number(value) or len(value) > _LONGEST_NUMBER:
            _refuse(kind, readers.described(value))
        return convert(value, kind)

    return read


def _whole(digits: str, kind: ColumnType) -> str:
    written = _fixed(digits, kind, before=_EXACT.prec, behind=0)
    return written if kind.fits(written) else _refuse(kind, f"a number of {len(written.lstrip('-'))} digits")


def _decimal(digits: str, kind: ColumnType) -> str:
    return _fixed(digits, kind, before=kind.precision - kind.scale, behind=kind.scale)


def _fixed(digits: str, kind: ColumnType, *, before: int, behind: int) -> str:
    """Return a number with so many digits ``behind`` the point; refuse one that needs more, there or ``before`` it."""
    number = _parsed(digits, kind)
    if number.is_zero():
        number = Decimal()
    elif number.adjusted() >= before:
        _refuse(kind, f"a number of {number.adjusted() + 1} digits before the point")
    try:
        return f"{number.quantize(Decimal(1).scaleb(-behind), context=_EXACT):f}"
    except (Inexact, InvalidOperation):
        return _refuse(kind, "a number with more digits behind the point")


def _double(digits: str, kind: ColumnType) -> str:
    number = float(digits)
    if math.isinf(number) or (number == 0) != _parsed(digits, kind).is_zero():
        _refuse(kind, "a number that is too large or too near to nothing")
    # Minus zero is zero: they are equal, and would be two cells.
    return repr(number + 0.0)


def _parsed(digits: str, kind: ColumnType) -> Decimal:
    try:
        return Decimal(digits)
    except InvalidOperation:
        return _refuse(kind, "a number with too large an exponent")


def _json(value: Any, kind: ColumnType) -> str | None:
    document = readers.document(value)
    return None if document is None else readers.text(_written(document, kind))


def _written(value: Any, kind: ColumnType) -> str:
    """Return a value as JSON in one form: without DynamoDB's wrappers and blanks, keys in order, digits as they are."""
    value = unwrap(value)
    if isinstance(value, dict):
        entries = (f"{_quoted(key)}:{_written(entry, kind)}" for key, entry in sorted(value.items()))
        return "{" + ",".join(entries) + "}"
    if isinstance(value, list):
        return "[" + ",".join(_written(entry, kind) for entry in value) + "]"
    if isinstance(value, Number):
        return str(_parsed(value, kind))
    if value is None or isinstance(value, str | bool):
        return _quoted(value)
    raise ItemRejectedError(RejectionCode.WRONG_TYPE, f"expected what JSON has, found {kind_of(value)}")


_quoted: Final = json.JSONEncoder(ensure_ascii=False).encode


def _refuse(kind: ColumnType, found: str) -> NoReturn:
    raise ItemRejectedError(RejectionCode.INVALID_VALUE, f"expected {kind.rule}, found {found}")


_READERS: Final[Mapping[Kind, Callable[[Any, ColumnType], str | None]]] = {
    Kind.TEXT: _text,
    Kind.INTEGER: _number(_whole),
    Kind.INSTANT: _instant,
    Kind.DOUBLE: _number(_double),
    Kind.DECIMAL: _number(_decimal),
    Kind.BOOLEAN: _boolean,
    Kind.DATE: _day,
    Kind.JSON: _json,
}
