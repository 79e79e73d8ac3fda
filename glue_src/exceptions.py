"""What can go wrong in ETL-2.

::

    CurationError
    ├── ArgumentsError        the job was started with arguments that it cannot work with
    ├── IncompleteRunError    a clean run is missing something, or contradicts itself
    ├── NoCompleteRunError    a day has clean objects and no complete run among them
    ├── StagedDataError       a staged dataset is not what the run promised; nothing of the day was published
    │   ├── RowCountError     more or fewer rows than the run's summary says
    │   ├── NullsError        nulls in columns that may hold none
    │   └── StagedFilesError  more or fewer than one file
    ├── CatalogError          the Data Catalog refused a partition
    └── FailedDaysError       raised once, at the end, for all days that failed

What Spark itself raises (a malformed value, a foreign header) is passed on as it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date


def brief(error: Exception) -> str:
    """Return an error's type and message in one line; of Java's pages of stack traces, the beginning and root cause."""
    lines = str(error).splitlines() or [""]
    causes = [line for line in lines if line.startswith("Caused by: ")]
    return " ".join([f"{type(error).__name__}:", lines[0], *causes[-1:]])


class CurationError(Exception):
    """Base of everything that ETL-2 itself raises."""


class ArgumentsError(CurationError):
    """The job was started with arguments that it cannot work with."""


class IncompleteRunError(CurationError):
    """A clean run may not be taken; ``reasons`` says why, one text each."""

    def __init__(self, day: date, run_id: str, reasons: Sequence[str]) -> None:
        self.reasons = tuple(reasons)
        super().__init__(f"run {run_id} of {day} is incomplete: {'; '.join(reasons)}. Repeat ETL-1 for that day.")


class NoCompleteRunError(CurationError):
    """None of the runs of a day may be taken."""

    def __init__(self, day: date, faults: Sequence[IncompleteRunError]) -> None:
        self.faults = tuple(faults)
        super().__init__(f"{day} has no complete run among {len(faults)}: {' '.join(map(str, faults))}")


class StagedDataError(CurationError):
    """What Spark prepared is not what the run promised; nothing of the day was published."""


class RowCountError(StagedDataError):
    """The staged rows of a dataset are not as many as the run's summary says."""

    def __init__(self, dataset_name: str, staged: int, promised: int) -> None:
        super().__init__(
            f"{dataset_name}: {staged} rows were staged, the run's summary promises {promised}; they must be equal. "
            f"Nothing was published: compare the clean CSV with the summary, then repeat ETL-1 for that day."
        )


class NullsError(StagedDataError):
    """Columns that may not be null are; ``nulls`` maps column name to number of null rows."""

    def __init__(self, dataset_name: str, nulls: Mapping[str, int]) -> None:
        self.nulls = dict(nulls)
        counts = ", ".join(f"{dataset_name}.{column}: {count}" for column, count in nulls.items())
        super().__init__(f"nulls in columns that the contract declares not null: {counts}. Nothing was published.")


class StagedFilesError(StagedDataError):
    """Spark left more or fewer than one Parquet file for a dataset."""

    def __init__(self, prefix: str, keys: Sequence[str]) -> None:
        super().__init__(f"{prefix} holds {len(keys)} Parquet files {list(keys)}; it must hold one. Run the job again.")


class CatalogError(CurationError):
    """The Data Catalog refused to create or update a partition."""

    def __init__(self, table: str, day: date, details: object) -> None:
        super().__init__(f"partition {day} of table {table} could not be registered: {details}. Run the job again.")


class FailedDaysError(CurationError):
    """Some days could not be curated; ``failures`` maps each to its error. All other days were."""

    def __init__(self, failures: Mapping[date, Exception]) -> None:
        self.failures = dict(failures)
        lines = "".join(f"\n  {day}: {brief(error)}" for day, error in failures.items())
        super().__init__(f"{len(failures)} day(s) could not be curated; the next run tries them again:{lines}")
