"""An item's parts, read one by one: what a reader refuses is told with the path to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeAlias, TypeVar

from contract.items import readers
from contract.items.rejections import ItemRejectedError

_T = TypeVar("_T")

TextReader: TypeAlias = Callable[[Any], str | None]


@contextmanager
def within(path: str) -> Iterator[None]:
    """Tell what is refused in this context with ``path`` in front of its own path."""
    try:
        yield
    except ItemRejectedError as rejection:
        rejection.within(path)
        raise


def attribute(item: Mapping[str, Any], name: str, read: Callable[[Any], _T]) -> _T:
    """Read a top-level attribute of the item; what ``read`` refuses is told with the attribute's name.

    Raises:
        ItemRejectedError: it is not in DynamoDB's wire format, or ``read`` refuses it.
    """
    with within(name):
        return read(readers.attribute(item, name))


def entry(entries: Mapping[str, Any], key: str, read: Callable[[Any], _T]) -> _T:
    """Read one entry of a map, None where it is missing; what ``read`` refuses is told with the key.

    Raises:
        ItemRejectedError: ``read`` refuses it.
    """
    # Run for every entry of every message: a context would cost as much as most readers.
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
    with within(name):
        return [entry(entries, key, read) for key, read in wanted.items()]


def maps(item: Mapping[str, Any], name: str) -> Iterator[Mapping[str, Any]]:
    """Yield the maps of a list attribute in their order, their entries still wrapped; a missing list has none.

    Raises:
        ItemRejectedError: the attribute is no list, or holds something else than maps.
    """
    values = attribute(item, name, readers.sequence)
    for index, value in enumerate(values or ()):
        with within(f"{name}[{index}]"):
            entries = readers.entries(value)
        yield entries
