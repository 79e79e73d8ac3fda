"""Ranges of keys that contain some partitions' rows and no others': pure.

Texts are ordered by code points, as in Python, Spark (UTF-8's bytes) and Iceberg. Cutting keys to a width keeps their
order, so that neighbouring partitions are one range.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final

_LAST: Final = 0x10FFFF
_BEFORE_SURROGATES: Final = 0xD7FF
_AFTER_SURROGATES: Final = 0xE000


@dataclass(frozen=True)
class KeyRange:
    """Keys from ``first`` on, to ``last`` (included) or to before ``end``; with neither, all that follow."""

    first: str
    last: str | None = None
    end: str | None = None

    def holds(self, key: str) -> bool:
        """Return whether a key is in the range."""
        above = key >= self.first
        return above and (self.last is None or key <= self.last) and (self.end is None or key < self.end)


def ranges_of(partitions: Collection[str], kept: Collection[str] | None, width: int) -> list[KeyRange]:
    """Return ranges that hold the keys of ``partitions`` and of none of ``kept``.

    ``kept`` are all other partitions that there are; if they are not known (None), each partition is a range.
    """
    return [_range(first, last, width) for first, last in _runs(partitions, kept)]


def _runs(partitions: Collection[str], kept: Collection[str] | None) -> Iterator[tuple[str, str]]:
    """Yield the first and last of each run of partitions that no kept one comes between."""
    if kept is None:
        yield from ((one, one) for one in sorted(partitions))
        return
    wanted = set(partitions)
    first = last = None
    for partition in sorted({*partitions, *kept}):
        if partition in wanted:
            first, last = partition if first is None else first, partition
        elif first is not None and last is not None:
            yield first, last
            first = last = None
    if first is not None and last is not None:
        yield first, last


def _range(first: str, last: str, width: int) -> KeyRange:
    # A value shorter than the width is a whole key: longer ones that begin with it belong to other partitions.
    return KeyRange(first, last=last) if len(last) < width else KeyRange(first, end=successor(last))


def successor(prefix: str) -> str | None:
    """Return the least text that is greater than all texts with this prefix, or None if there is none."""
    for index in range(len(prefix) - 1, -1, -1):
        code = ord(prefix[index])
        if code < _LAST:
            following = _AFTER_SURROGATES if code == _BEFORE_SURROGATES else code + 1
            return prefix[:index] + chr(following)
    return None
