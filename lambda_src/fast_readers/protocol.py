"""What a source's fast reader does, and which items it leaves to the slow path, the contract's ``item_reader``."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final, Protocol, cast

from msgspec import MsgspecError

if TYPE_CHECKING:
    from msgspec import Raw

    from lambda_src.exclusions import Exclusions
    from lambda_src.records import Records


class SlowPathError(Exception):
    """Only the slow path knows what becomes of a value, though it has the shape that a fast reader expects."""


#: What a fast reader raises for an item that the slow path has to read.
TO_SLOW_PATH: Final = (SlowPathError, MsgspecError, RecursionError)


class FastReader(Protocol):
    """The same outcomes as those of the contract's ``item_reader``, only faster, for items of common shapes.

    The module ``lambda_src.fast_readers.<contract>.reader`` has the contract's as its ``FAST_READER``.
    """

    def __init__(self, exclusions: Exclusions, records: Records) -> None:
        """Add items to ``records`` from now on."""

    def read(self, item: bytes | memoryview | Raw) -> None:
        """Add what becomes of an item, given as DynamoDB's JSON: all of it, or nothing.

        Raises:
            SlowPathError, MsgspecError, RecursionError: the slow path has to read the item; nothing was added.
        """


class NoFastReader:
    """Leaves each item to the slow path: for contracts without a fast reader."""

    def __init__(self, exclusions: Exclusions, records: Records) -> None:
        """Need neither."""

    def read(self, item: bytes | memoryview | Raw) -> None:  # noqa: ARG002 - as every such reader has it
        """Leave the item to the slow path."""
        raise SlowPathError


def fast_reader(contract_name: str) -> type[FastReader]:
    """Return the fast reader of a contract."""
    package = f"{__package__}.{contract_name}"
    if find_spec(package) is None:
        return NoFastReader
    return cast("type[FastReader]", import_module(f"{package}.reader").FAST_READER)
