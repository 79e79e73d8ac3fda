"""What can go wrong in ETL-2.

::

    CurationError
    ├── ArgumentsError          ETL-2 was started with arguments that it cannot work with
    ├── IncompleteRunError      a clean run is missing something, or contradicts itself
    ├── NoCompleteRunError      a day has clean objects and no complete run among them
    ├── CleanDataError          a clean CSV is not what the contract asks for; nothing of the day was published
    │   ├── ForeignHeaderError  its header has unknown columns, or lacks some that may not be null
    │   └── MalformedDataError  a record, a cell or an escape
    ├── QuarantinedError        a run failed checks; nothing of it was published
    ├── StagedFilesError        an engine left more or fewer than one file
    ├── ColumnTypeError         the contract and the catalog disagree about a column
    ├── CatalogError            the Data Catalog refused a partition
    ├── OutOfTimeError          the service would stop the run before its next day could be done
    └── FailedDaysError         raised once, at the end, for all days that failed
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


class CleanDataError(CurationError):
    """A clean CSV is not what the contract asks for; nothing of the day was published."""


class ForeignHeaderError(CleanDataError):
    """A CSV's header does not fit the contract."""

    def __init__(self, dataset_name: str, key: str, fault: str) -> None:
        super().__init__(
            f"{dataset_name}: the header of {key} {fault}. ETL-1 and ETL-2 were deployed from different contracts: "
            "deploy both from the same commit, then run ETL-2 again."
        )


class MalformedDataError(CleanDataError):
    """A CSV holds a record or a cell that the contract does not allow; ``detail`` says which, in the engine's words."""

    def __init__(self, dataset_name: str, key: str, detail: str) -> None:
        super().__init__(
            f"{dataset_name}: {key} is malformed: {detail} Nothing was published: repeat ETL-1 for that day."
        )


class QuarantinedError(CurationError):
    """A run failed checks; its files wait in quarantine, and readers see what they saw before."""

    def __init__(self, day: date, run_id: str, prefix: str, failed: Sequence[str]) -> None:
        self.failed = tuple(failed)
        super().__init__(
            f"run {run_id} of {day} failed {len(failed)} check(s): {'; '.join(failed)}. It was not published but "
            f"quarantined under {prefix}. Repair the cause and repeat ETL-1 for that day, or, if the data is right, "
            "raise the limit and delete the quarantined files: the next run of ETL-2 then takes it."
        )


class StagedFilesError(CurationError):
    """An engine left more or fewer than one Parquet file for a dataset."""

    def __init__(self, prefix: str, keys: Sequence[str]) -> None:
        super().__init__(f"{prefix} holds {len(keys)} Parquet files {list(keys)}; it must hold one. Run the job again.")


class ColumnTypeError(CurationError):
    """A table of the catalog has a column of another type than the contract."""

    def __init__(self, table: str, column: str, found: str, expected: str) -> None:
        super().__init__(
            f"{table}.{column} is {found} in the catalog and {expected} in the contract: old days could no longer be "
            "read. Give the column another name in the contract below sources/, or drop the table and its days."
        )


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


class OutOfTimeError(CurationError):
    """The service would stop this run before its next day could be done."""

    def __init__(self, seconds_left: float, seconds_kept: float) -> None:
        super().__init__(
            f"{seconds_left:.0f} s are left until the service stops this run, which begins no day with less than "
            f"{seconds_kept:.0f} s. The next run goes on with this day. If one day does not fit a run, raise the "
            'function\'s memory_size, or set transform.engine to "spark".'
        )
