"""Items that a contract's reader of usual items leaves to its reader of all items."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from msgspec import MsgspecError

if TYPE_CHECKING:
    from msgspec import Raw

    from lambda_src.exclusions import Exclusions
    from lambda_src.records import Records


class UnusualError(Exception):
    """A value has a usual shape, but only the reader of all items knows what becomes of it."""


#: What decoding and reading of usual shapes raise for unusual ones.
UNUSUAL: Final = (UnusualError, MsgspecError, RecursionError)


class UsualItemReader(Protocol):
    """What ``SourceContract.usual_item_reader`` names: the same outcomes as those of ``item_reader``, only faster."""

    def __init__(self, exclusions: Exclusions, records: Records) -> None:
        """Add items to ``records`` from now on."""

    def place(self, item: bytes | memoryview | Raw) -> None:
        """Add what becomes of an item, given as DynamoDB's JSON: all of it, or nothing.

        Raises:
            UnusualError, MsgspecError, RecursionError: the item has no usual shape; nothing was added.
        """


class NoUsualItems:
    """Takes no item for usual: for contracts without a faster reader."""

    def __init__(self, exclusions: Exclusions, records: Records) -> None:
        """Need neither."""

    def place(self, item: bytes | memoryview | Raw) -> None:  # noqa: ARG002 - as every such reader has it
        """Leave the item to the reader of all items."""
        raise UnusualError
