"""What a source's fast reader does, and which items it leaves to the slow path, the contract's ``item_reader``."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import ClassVar, Final, NamedTuple, Protocol, TypeAlias, cast

from msgspec import MsgspecError, Raw

from contract.items.outcomes import Excluded
from contract.source import ContractError, SourceContract
from contract.tombstones import CoverageWatch
from lambda_src.exclusions import Exclusions


class SlowPathError(Exception):
    """Only the slow path knows what becomes of a value, though it has the shape that a fast reader expects."""


#: What a fast reader raises for an item that the slow path has to read.
TO_SLOW_PATH: Final = (SlowPathError, MsgspecError, RecursionError)


#: What an item gives one partition of a dataset: the dataset's name, the text that its rows have in the partition's
#: column, their CSV records, each ended by a line feed, and how many they are. A plain tuple: every item makes some.
DatasetRecords: TypeAlias = tuple[str, str, bytes, int]


class ItemRecords(NamedTuple):
    """An item that was read: its kind, as the contract names it, and what it gives each dataset."""

    kind: str
    records: tuple[DatasetRecords, ...]


class FastReader(Protocol):
    """The same outcomes as those of the contract's ``item_reader``, only faster, for items of common shapes.

    The module ``lambda_src.fast_readers.<contract>.reader`` has the contract's as its ``FAST_READER``.
    """

    partition_columns: ClassVar[Mapping[str, str]]
    """By dataset name: the column whose text its records are given with."""

    def __init__(self, exclusions: Exclusions, covered: CoverageWatch | None = None) -> None:
        """Leave out what ``exclusions`` say; items of people who are ``covered`` are for the slow path to date."""

    def read(self, item: bytes | memoryview | Raw) -> ItemRecords | Excluded:
        """Return what becomes of an item, given as DynamoDB's JSON.

        Raises:
            SlowPathError, MsgspecError, RecursionError: the slow path has to read the item.
        """


class NoFastReader:
    """Leaves each item to the slow path: for contracts without a fast reader."""

    partition_columns: ClassVar[Mapping[str, str]] = {}

    def __init__(self, exclusions: Exclusions, covered: CoverageWatch | None = None) -> None:
        """Ignore them: this reader reads nothing."""

    def read(self, item: bytes | memoryview | Raw) -> ItemRecords | Excluded:  # noqa: ARG002 - as every such reader has it
        """Leave the item to the slow path."""
        raise SlowPathError


def fast_reader(contract: SourceContract) -> type[FastReader]:
    """Return the fast reader of a contract.

    Raises:
        ContractError: it tells the partitions of a dataset by another column than the contract.
    """
    package = f"{__package__}.{contract.name}"
    if find_spec(package) is None:
        return NoFastReader
    reader = cast("type[FastReader]", import_module(f"{package}.reader").FAST_READER)
    check_partition_columns(contract, reader)
    return reader


def check_partition_columns(contract: SourceContract, reader: type[FastReader]) -> None:
    """Check that a reader and its contract divide datasets by the same columns.

    Raises:
        ContractError: they do not.
    """
    for dataset in contract.datasets:
        told_by = reader.partition_columns.get(dataset.name)
        if told_by is not None and dataset.partition is not None and dataset.partition.column != told_by:
            message = (
                f"{dataset.name!r} is divided by {dataset.partition.column!r}, but its fast reader "
                f"tells its partitions by {told_by!r}: correct the reader."
            )
            raise ContractError(message)
