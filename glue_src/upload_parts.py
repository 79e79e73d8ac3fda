"""How an object is put together from others, as S3 asks for it: in parts of 5 MiB or more, but for the last.

S3 copies a part from one other object, without anybody reading it. What is too small for that is read, and uploaded
with its neighbours.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html has the limits.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

_MEBIBYTE: Final = 1024 * 1024
LEAST_PART_BYTES: Final = 5 * _MEBIBYTE
#: S3 copies up to 5 GiB in one request; smaller ones keep every request short, and 10,000 of them reach 2.5 TiB.
COPY_BYTES: Final = 256 * _MEBIBYTE


@dataclass(frozen=True)
class Slice:
    """An object's bytes from ``first`` to before ``end``."""

    key: str
    first: int
    end: int

    def __len__(self) -> int:
        return self.end - self.first

    def split(self, size: int) -> tuple[Slice, Slice]:
        """Return its first ``size`` bytes, or all if it has fewer, and the rest."""
        middle = min(self.first + size, self.end)
        return Slice(self.key, self.first, middle), Slice(self.key, middle, self.end)


#: Bytes of an object that are known, or that another object has.
Piece: TypeAlias = bytes | Slice


@dataclass(frozen=True)
class Copied:
    """A part that S3 copies."""

    slice: Slice


@dataclass(frozen=True)
class Sent:
    """A part that is read where it must be, and uploaded."""

    pieces: tuple[Piece, ...]


Part: TypeAlias = Copied | Sent


def parts_of(pieces: Iterable[Piece]) -> list[Part]:
    """Return the parts to upload so that an object has these pieces one behind the other, in their order."""
    plan = _Plan()
    for piece in pieces:
        plan.add(piece)
    plan.flush()
    return plan.parts


@dataclass
class _Plan:
    parts: list[Part] = field(default_factory=list)
    _waiting: list[Piece] = field(default_factory=list)

    def add(self, piece: Piece) -> None:
        if isinstance(piece, Slice):
            missing = LEAST_PART_BYTES - self._bytes if self._waiting else 0
            head, rest = piece.split(missing)
            self._wait(head)
            if len(rest) >= LEAST_PART_BYTES:
                self.flush()
                self._copy(rest)
            else:
                self._wait(rest)
        else:
            self._wait(piece)

    def flush(self) -> None:
        if self._waiting:
            self.parts.append(Sent(tuple(self._waiting)))
            self._waiting = []

    @property
    def _bytes(self) -> int:
        return sum(map(len, self._waiting))

    def _wait(self, piece: Piece) -> None:
        """Keep a piece for the next part; one that is large enough is not to wait."""
        if len(piece):
            self._waiting.append(piece)
        if self._bytes >= LEAST_PART_BYTES:
            self.flush()

    def _copy(self, rest: Slice) -> None:
        """Copy a slice in parts of about the same size, so that none is too small."""
        for left in range(-(-len(rest) // COPY_BYTES), 0, -1):
            head, rest = rest.split(-(-len(rest) // left))
            self.parts.append(Copied(head))
