"""What a dataset and its columns are; and the three that every platform has, whatever its source."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final, Protocol

from contract.column_types import ColumnType

#: The folder of a business day in the clean zone is ``dt=YYYY-MM-DD``.
DAY_FOLDER = "dt"


class DataClass(Enum):
    """What a column tells of people: docs/privacy.md says what follows from each class."""

    #: Who somebody is: the value by which the source tells people apart.
    IDENTIFIER = "identifier"
    #: What is somebody's own: a name, or words that they wrote or were told.
    PERSONAL = "personal"
    #: What somebody shares with colleagues: a department, a city.
    ORGANISATION = "organisation"
    #: All else: keys, times, counts, kinds.
    TECHNICAL = "technical"


#: As columns are written with them.
IDENTIFIER: Final = DataClass.IDENTIFIER
PERSONAL: Final = DataClass.PERSONAL
ORGANISATION: Final = DataClass.ORGANISATION
TECHNICAL: Final = DataClass.TECHNICAL


@dataclass(frozen=True)
class Column:
    """One column: its Iceberg field id, name, logical type, class, whether it may be null, and what it is.

    ``field_id`` identifies the column in all data files, whatever it is called: it is unique in its dataset and never
    given to another column, not even after this one is gone.
    ``source`` names the attributes of the source's items that its values come from; ``[]`` stands for a list's entries.
    It is empty where no single attribute is meant: rejected items are kept whole, and ETL-2 has its own to say.
    ``is_prose`` is for texts written at length: no value comes twice, and their order helps nobody to find one.
    """

    field_id: int
    name: str
    type: ColumnType
    data_class: DataClass
    nullable: bool
    comment: str
    source: tuple[str, ...] = ()
    is_prose: bool = False

    @property
    def doc(self) -> str:
        """What the catalog and the table's own schema say of the column: its comment, and its class."""
        return f"{self.comment} [{self.data_class.value}]"


@dataclass(frozen=True)
class Partition:
    """How a table is divided: by the first ``width`` characters (code points) of a required text column."""

    column: str
    width: int

    def value(self, key: str) -> str:
        """Return the partition of a row whose ``column`` is ``key``: Iceberg's ``truncate[width]``."""
        return key[: self.width]


#: The one partition of a table without a ``Partition``.
WHOLE_TABLE = ""


@dataclass(frozen=True)
class Dataset:
    """One table of the platform.

    ``key`` names the columns that identify a row; ``sort_by`` those that curated files are sorted by, so that readers
    can skip row groups. A night rewrites whole partitions; None for ``partition`` makes the table one partition.
    ``is_restricted`` is for tables that only operators may read: they lie apart, and keep less history.
    """

    name: str
    description: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    sort_by: tuple[str, ...]
    partition: Partition | None = None
    is_restricted: bool = False

    @property
    def column_names(self) -> tuple[str, ...]:
        """Column names in the order of the CSV header."""
        return tuple(column.name for column in self.columns)

    @property
    def required_names(self) -> frozenset[str]:
        """Names of the columns that Iceberg itself requires: those that files are divided and sorted by.

        Format version 2 cannot add a required column later, so the other rules about nulls are ETL-2's checks.
        """
        return frozenset((*self.sort_by, *([self.partition.column] if self.partition else [])))

    def column(self, name: str) -> Column:
        """Return the column of that name.

        Raises:
            KeyError: there is none.
        """
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    def partition_of(self, key: str) -> str:
        """Return the partition of a row, by its value in the partition's column."""
        return WHOLE_TABLE if self.partition is None else self.partition.value(key)

    def days_kept(self, history_days: int, rejected_days: int) -> int:
        """Return for how many days earlier states of the table can be asked for."""
        return min(history_days, rejected_days) if self.is_restricted else history_days

    def entries_of(self, attribute: str) -> tuple[str, ...]:
        """Return the entries of a map attribute that columns come from, in the columns' order."""
        sources = (source.partition(".") for column in self.columns for source in column.source)
        return tuple(entry for name, _, entry in sources if name == attribute)


class Columns(Protocol):
    """Makes columns of one type."""

    def __call__(  # noqa: D102 - what is called is a column's type
        self, field_id: int, name: str, data_class: DataClass, comment: str, *source: str, nullable: bool = ...
    ) -> Column: ...


def _columns(kind: ColumnType, *, may_be_null: bool = True, is_prose: bool = False) -> Columns:
    def column(
        field_id: int,
        name: str,
        data_class: DataClass,
        comment: str,
        *source: str,
        nullable: bool = may_be_null,
    ) -> Column:
        return Column(field_id, name, kind, data_class, nullable, comment, source, is_prose)

    return column


def decimal(precision: int, scale: int) -> Columns:
    """Return what makes columns of exact numbers: ``precision`` digits at most, ``scale`` of them behind the point."""
    return _columns(ColumnType.decimal(precision, scale))


#: Texts, and texts that are written at length.
text: Final = _columns(ColumnType.TEXT)
prose: Final = _columns(ColumnType.TEXT, is_prose=True)
#: Whole numbers of 64 bits. A count is one that is never null: it has no type of its own.
integer: Final = _columns(ColumnType.INTEGER)
count: Final = _columns(ColumnType.INTEGER, may_be_null=False)
#: Floating-point numbers: they keep some 16 digits of a number. What has to be exact is a decimal.
double: Final = _columns(ColumnType.DOUBLE)
boolean: Final = _columns(ColumnType.BOOLEAN)
#: Calendar days, and instants in UTC.
day: Final = _columns(ColumnType.DATE)
instant: Final = _columns(ColumnType.INSTANT)
#: Lists and maps, as JSON texts.
json: Final = _columns(ColumnType.JSON)

REJECTED = Dataset(
    name="rejected",
    description="One row per item that could not be normalized, with the reason and the whole item.",
    columns=(
        text(1, "item_key", IDENTIFIER, "PK and SK of the item, as JSON.", nullable=False),
        text(2, "reason", TECHNICAL, "The rule that the item breaks.", nullable=False),
        prose(3, "item_json", PERSONAL, "The item in DynamoDB's own JSON.", nullable=False),
    ),
    key=(),
    sort_by=("reason", "item_key"),
    is_restricted=True,
)

_RUN_ID = text(1, "run_id", TECHNICAL, "The run of ETL-1.", nullable=False)
_BUSINESS_DAY = text(2, "business_day", TECHNICAL, "The run's business day, YYYY-MM-DD.", nullable=False)
_DATASET = text(3, "dataset", TECHNICAL, "The table.", nullable=False)

RUNS = Dataset(
    name="runs",
    description="One row per run and table: what the run changed, and the snapshot that readers see since.",
    columns=(
        _RUN_ID,
        _BUSINESS_DAY,
        _DATASET,
        instant(4, "committed_at", TECHNICAL, "When ETL-2 recorded the run; UTC.", nullable=False),
        integer(
            5,
            "snapshot_id",
            TECHNICAL,
            "The table's snapshot after the run, for FOR VERSION AS OF; null for a table without any.",
        ),
        count(6, "rows_now", TECHNICAL, "Rows of the table after the run."),
        count(7, "rows_before", TECHNICAL, "Rows of the table before the run."),
        count(8, "partitions_rewritten", TECHNICAL, "Partitions whose rows the run replaced or added."),
        count(9, "partitions_gone", TECHNICAL, "Partitions that the run removed."),
        count(
            10, "bytes_written", TECHNICAL, "Bytes of the data files that the run added; 0 where nothing had changed."
        ),
        double(11, "seconds", TECHNICAL, "What reading, checking and writing took.", nullable=False),
        instant(
            12,
            "snapshot_expired_at",
            TECHNICAL,
            "Since when snapshot_id can no longer be queried; UTC, null while it can.",
        ),
    ),
    key=("run_id", "dataset"),
    sort_by=("run_id", "dataset"),
)

DATA_QUALITY = Dataset(
    name="data_quality",
    description="One row per check that ETL-2 made of a run before it published or quarantined it.",
    columns=(
        _RUN_ID,
        _BUSINESS_DAY,
        _DATASET,
        text(4, "check_name", TECHNICAL, "What was checked.", nullable=False),
        text(5, "outcome", TECHNICAL, "passed or failed; one failed check quarantines the run.", nullable=False),
        count(6, "rows_checked", TECHNICAL, "Rows, or items, that were looked at: those of rewritten partitions."),
        count(7, "rows_failed", TECHNICAL, "Those of them that are not as they should be."),
        double(8, "allowed_ratio", TECHNICAL, "The ratio of them that may be so, from 0 (none) to 1.", nullable=False),
        instant(9, "checked_at", TECHNICAL, "When the check was made; UTC.", nullable=False),
    ),
    key=("run_id", "dataset", "check_name"),
    sort_by=("run_id", "dataset", "check_name"),
)
