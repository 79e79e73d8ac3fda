"""An item's parts, read one by one: what a reader refuses is told with the path to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias, TypeVar

from modules.items import readers
from modules.items.rejections import ItemRejectedError

_T = TypeVar("_T")

TextReader: TypeAlias = Callable[[Any], str | None]


def attribute(item: Mapping[str, Any], name: str, read: Callable[[Any], _T]) -> _T:
    """Read a top-level attribute of the item; what ``read`` refuses is told with the attribute's name.

    Raises:
        ItemRejectedError: it is not in DynamoDB's wire format, or ``read`` refuses it.
    """
    try:
        return read(readers.attribute(item, name))
    except ItemRejectedError as rejection:
        rejection.within(name)
        raise


def entry(entries: Mapping[str, Any], key: str, read: Callable[[Any], _T]) -> _T:
    """Read one entry of a map, None where it is missing; what ``read`` refuses is told with the key.

    Raises:
        ItemRejectedError: ``read`` refuses it.
    """
    try:
        return read(entries.get(key))
    except ItemRejectedError as rejection:
        rejection.within(key)
        raise


def fields(item: Mapping[str, Any], name: str, wanted: Mapping[str, TextReader]) -> list[str | None]:
    """Read the wanted entries of a map attribute, in their order; a missing map has none of them.

    Raises:
        ItemRejectedError: the attribute is no map, or a reader refuses an entry.
    """
    entries = attribute(item, name, readers.mapping) or {}
    try:
        return [entry(entries, key, read) for key, read in wanted.items()]
    except ItemRejectedError as rejection:
        rejection.within(name)
        raise
