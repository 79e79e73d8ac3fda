"""What a dataset and its columns are; and the two that every platform has, whatever its source."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

PARTITION_COLUMN = "dt"
PARTITION_COMMENT = "Business day of the snapshot, YYYY-MM-DD."

#: How an instant is written in a CSV cell: UTC, microseconds, always 27 characters.
CSV_TIMESTAMP_FORMAT = "%Y-%m-%dT%H:%M:%S.%fZ"
#: The same instant format in Spark's pattern language.
SPARK_TIMESTAMP_FORMAT = "yyyy-MM-dd'T'HH:mm:ss.SSSSSSX"


class ColumnType(Enum):
    """A column's logical type; its value is the name that Glue, Hive and Spark share for it."""

    TEXT = "string"
    COUNT = "bigint"
    INSTANT = "timestamp"
    SHARE = "double"


@dataclass(frozen=True)
class Column:
    """One column: its name, logical type, whether it may be null, and the comment shown in the catalog.

    ``source`` names the attributes of the source's items that its values come from; ``[]`` stands for a list's entries.
    It is empty where no single attribute is meant: rejected items are kept whole, and ETL-2 has its own to say.
    ``is_prose`` is for texts written at length: no value comes twice, and their order helps nobody to find one.
    """

    name: str
    type: ColumnType
    nullable: bool
    comment: str
    source: tuple[str, ...] = ()
    is_prose: bool = False


@dataclass(frozen=True)
class Dataset:
    """One table of the platform.

    ``key`` names the columns that identify a row within a day; ``sort_by`` those that curated files are sorted by, so
    that readers can skip row groups.
    """

    name: str
    description: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    sort_by: tuple[str, ...]

    @property
    def column_names(self) -> tuple[str, ...]:
        """Column names in the order of the CSV header."""
        return tuple(column.name for column in self.columns)

    def entries_of(self, attribute: str) -> tuple[str, ...]:
        """Return the entries of a map attribute that columns come from, in the columns' order."""
        sources = (source.partition(".") for column in self.columns for source in column.source)
        return tuple(entry for name, _, entry in sources if name == attribute)


def text(name: str, comment: str, *source: str, nullable: bool = True) -> Column:
    """Return a column of texts; ``source`` as in :class:`Column`."""
    return Column(name, ColumnType.TEXT, nullable, comment, source)


def prose(name: str, comment: str, *source: str, nullable: bool = True) -> Column:
    """Return a column of texts that are written at length; ``source`` as in :class:`Column`."""
    return Column(name, ColumnType.TEXT, nullable, comment, source, is_prose=True)


def count(name: str, comment: str, *source: str) -> Column:
    """Return a column of whole numbers, none of them null; ``source`` as in :class:`Column`."""
    return Column(name, ColumnType.COUNT, nullable=False, comment=comment, source=source)


def instant(name: str, comment: str, *source: str, nullable: bool = True) -> Column:
    """Return a column of instants, in UTC; ``source`` as in :class:`Column`."""
    return Column(name, ColumnType.INSTANT, nullable, comment, source)


REJECTED = Dataset(
    name="rejected",
    description="One row per item that could not be normalized, with the reason and the whole item.",
    columns=(
        text("item_key", "PK and SK of the item, as JSON.", nullable=False),
        text("reason", "The rule that the item breaks.", nullable=False),
        prose("item_json", "The item in DynamoDB's own JSON.", nullable=False),
    ),
    key=(),
    sort_by=("reason", "item_key"),
)

DATA_QUALITY = Dataset(
    name="data_quality",
    description="One row per check that ETL-2 made of a run before it published the day, or quarantined it.",
    columns=(
        text("run_id", "The run of ETL-1 that was checked.", nullable=False),
        text("dataset", "The table that was checked.", nullable=False),
        text("check_name", "What was checked.", nullable=False),
        text("outcome", "passed or failed; one failed check quarantines the run.", nullable=False),
        count("rows_checked", "Rows, or items, that were looked at."),
        count("rows_failed", "Those of them that are not as they should be."),
        Column("allowed_share", ColumnType.SHARE, nullable=False, comment="The share of them that may be so; 0: none."),
        instant("checked_at", "When the check was made; UTC.", nullable=False),
    ),
    key=("run_id", "dataset", "check_name"),
    sort_by=("run_id", "dataset", "check_name"),
)
