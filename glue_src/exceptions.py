"""What can go wrong in ETL-2.

::

    CurationError
    ├── ArgumentsError              ETL-2 was started with arguments that it cannot work with
    ├── IncompleteRunError          a clean run is missing something, or contradicts itself
    ├── NoCompleteRunError          there are clean runs, and none of them is complete
    ├── UnknownTombstonesError      it cannot be known who was erased; nothing was published
    ├── CleanDataError              a clean CSV is not what the contract asks for; nothing was published
    │   ├── ForeignHeaderError      its header has unknown columns, or lacks some that may not be null
    │   ├── SuspectCsvError         an engine cannot read it; becomes the next
    │   └── MalformedDataError      a record, a cell or an escape
    ├── HeldError                   a run would remove too many rows; nothing of it was published
    ├── QuarantinedError            a run failed checks; nothing of it was published
    ├── UndeletedError              S3 refused to delete some objects
    ├── PartitionTooLargeError      one partition does not fit the engine; nothing was written
    ├── OutOfTimeError              the service would stop the run before it could publish; nothing was published
    ├── TableError                  a table cannot be read or written as it is
    │   ├── TableMissingError       the catalog has no such Iceberg table
    │   ├── TableMetadataError      its metadata file is missing or damaged
    │   ├── TableFileError          a manifest or data file that it names is missing or damaged
    │   ├── TableRefusedError       S3 or Glue refused a request for it
    │   ├── TableSchemaError        its columns cannot become the contract's
    │   ├── TableReferencedError    a branch or tag of somebody else's keeps what is to be forgotten
    │   └── TableMovedError         somebody else committed to it since it was planned
    ├── PseudonymKeyError           there is no key to make pseudonyms with; the full tables are published
    └── EventRefusedError           the published tables could not be announced

No message quotes what a cell holds: logs and alerts are read by people who may not see the data.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError

from contract.discretion import UnexpectedError
from contract.source import ContractError
from contract.units import MIB


def brief(error: BaseException) -> str:
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
    """None of the clean runs may be taken."""

    def __init__(self, faults: Sequence[IncompleteRunError]) -> None:
        self.faults = tuple(faults)
        super().__init__(f"none of {len(faults)} clean run(s) is complete: {' '.join(map(str, faults[:3]))}")


class UnknownTombstonesError(CurationError):
    """It cannot be known who was erased: a run could bring them back. Nothing was published."""


class CleanDataError(CurationError):
    """A clean CSV is not what the contract asks for; nothing was published."""


class ForeignHeaderError(CleanDataError):
    """A CSV's header does not fit the contract."""

    def __init__(self, dataset_name: str, key: str, fault: str) -> None:
        super().__init__(
            f"{dataset_name}: the header of {key} {fault}. ETL-1 and ETL-2 were deployed from different contracts: "
            "deploy both from the same commit, then run ETL-1 again."
        )


class SuspectCsvError(CleanDataError):
    """An engine cannot read a CSV; ``glue_src.csv_faults`` finds out which record breaks which rule."""

    def __init__(self, dataset_name: str, key: str) -> None:
        self.key = key
        super().__init__(f"{dataset_name}: {key} holds what the contract does not allow.")


class MalformedDataError(CleanDataError):
    """A CSV holds a record or a cell that the contract does not allow; ``fault`` says it, and quotes no record."""

    def __init__(self, dataset_name: str, key: str, fault: str) -> None:
        super().__init__(
            f"{dataset_name}: {key} is malformed: {fault} Nothing was published: repeat ETL-1 for that day."
        )


@dataclass(frozen=True)
class Removal:
    """What a run would remove from a table: so many of the rows that it has now."""

    dataset_name: str
    rows_removed: int
    rows_before: int

    def __str__(self) -> str:
        return f"{self.rows_removed:,} of {self.rows_before:,} rows of {self.dataset_name}"


class HeldError(CurationError):
    """A run would remove more rows than is allowed; nothing of it was published."""

    def __init__(self, run_id: str, environment: str, removals: Sequence[Removal], max_removed_ratio: float) -> None:
        self.run_id = run_id
        self.removals = tuple(removals)
        super().__init__(
            f"run {run_id} is held: it would remove {', '.join(map(str, removals))}, and at most {max_removed_ratio:g} "
            "of a table's rows may go in one night. Nothing was published. If the source has lost its rows, restore "
            "it: the next run publishes again. If they are meant to go, run "
            f"python -m ops run --env {environment} --accept-removal"
        )


class QuarantinedError(CurationError):
    """A run failed checks; readers see what they saw before, and the run is not tried again."""

    def __init__(self, run_id: str, key: str, failed: Sequence[str]) -> None:
        self.failed = tuple(failed)
        super().__init__(
            f"run {run_id} failed {len(failed)} check(s): {'; '.join(failed)}. Nothing of it was published; {key} "
            "keeps it from being tried again. Repair the cause and repeat ETL-1, or, if the data is right, raise the "
            "limit and delete that object: the next run of ETL-2 then takes the run."
        )


class UndeletedError(CurationError):
    """S3 refused to delete some objects."""

    def __init__(self, errors: Sequence[Mapping[str, object]]) -> None:
        codes = sorted({str(error.get("Code", "?")) for error in errors})
        super().__init__(
            f"S3 did not delete {len(errors)} objects ({', '.join(codes)}), the first of them {errors[0].get('Key')}: "
            "check the role for s3:DeleteObject."
        )


class PartitionTooLargeError(CurationError):
    """The engine cannot hold one partition of a table; nothing was written. Sizes are in bytes."""

    def __init__(self, dataset_name: str, needed: int, available: int) -> None:
        super().__init__(
            f"{dataset_name}: its largest partition takes about {needed // MIB:,} MiB, and {available // MIB:,} "
            "MiB are there for it. Nothing was written. Raise the function's memory_size, give the dataset a narrower "
            'partition (docs/scaling.md), or set transform.engine to "spark".'
        )


class OutOfTimeError(CurationError):
    """The service would stop this run before its tables could be checked and published."""

    def __init__(self, seconds_left: float, seconds_kept: float) -> None:
        super().__init__(
            f"{seconds_left:.0f} s are left until the service stops this run, and the last {seconds_kept:.0f} s of it "
            "are for checking and publishing. What was not published yet stays as it was. Raise the function's timeout "
            'or memory_size (more memory brings more processors), or set transform.engine to "spark".'
        )


#: Of the environment an error knows nothing.
_BRING_BACK: Final = "Bring it back: python -m ops restore --env ENV --deleted-since 1d --overwritten-since 1d"


class TableError(CurationError):
    """A table cannot be read or written as it is; ``said`` is what is wrong, for whoever has a better remedy."""

    def __init__(self, said: str, remedy: str = "") -> None:
        self.said = said
        super().__init__(f"{said} {remedy}".rstrip())


class TableMissingError(TableError):
    """The catalog has no such table, or it is no Iceberg table."""

    def __init__(self, database: str, table: str, fault: str) -> None:
        super().__init__(
            f"table {database}.{table} {fault}. python -m ops restore registers it again with its rows and history; "
            "where it has never been, deploy the ETL stack."
        )


class TableMetadataError(TableError):
    """A table's metadata file is missing or damaged."""

    def __init__(self, table: str, location: str, fault: str) -> None:
        self.location = location
        super().__init__(f"{table}: its metadata file {location} {fault}.", f"Nothing was changed. {_BRING_BACK}")


class TableFileError(TableError):
    """A manifest or data file that a table names is missing or damaged."""

    def __init__(self, table: str, fault: str) -> None:
        self.table = table
        super().__init__(
            f"{table}: {fault}",
            f"The table stays as it was. {_BRING_BACK}; if nothing of it is left, rebuild the table from the newest "
            f"clean run: python -m ops rebuild --env ENV --table {table}",
        )


class TableRefusedError(TableError):
    """S3 or Glue refused a request for a table, one of its files, or the CSV that it is written from."""

    def __init__(self, table: str, told: str) -> None:
        super().__init__(
            f"{table}: access denied by S3 or Glue: {told} Allow the role of ETL-2 what docs/security.md lists, then "
            "run ETL-2 again: it goes on from what it finds."
        )


class TableUnexpectedError(TableError):
    """The engine failed on a table in a way that no program foresaw."""

    def __init__(self, table: str, told: str) -> None:
        super().__init__(f"{table}: {told}. Run ETL-2 again: it goes on from what it finds.")


class TableSchemaError(TableError):
    """A table's columns cannot become the contract's."""

    def __init__(self, table: str, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        super().__init__(
            f"{table}: {'; '.join(faults)}. Nothing was changed. Give the changed column a new name and a new field id "
            "in the contract below contract/sources/: its old values stay in the table's history."
        )


class TableReferencedError(TableError):
    """A branch or tag of somebody else's keeps an earlier snapshot, which is to be forgotten."""

    def __init__(self, table: str, names: Sequence[str]) -> None:
        super().__init__(
            f"{table}: {', '.join(names)} keeps an earlier snapshot, and its history is to be forgotten. Nothing was "
            "changed. Drop that branch or tag, then repeat."
        )


class TableMovedError(TableError):
    """Somebody else committed to a table since it was planned; it stays as it is."""

    def __init__(self, table: str, planned_on: int | None, detail: str = "") -> None:
        self.table = table
        self.planned_on = planned_on
        told = f" ({detail})" if detail else ""
        super().__init__(
            f"{table}: somebody else committed to it since the run was planned on snapshot {planned_on}{told}. Nothing "
            "was overwritten. Run ETL-2 again: it starts from what it finds then."
        )


class PseudonymKeyError(CurationError):
    """There is no key to make pseudonyms with: the pseudonymous tables stay as they were."""

    def __init__(self, parameter: str, environment: str, fault: str) -> None:
        super().__init__(
            f"the key of pseudonyms, SSM's parameter {parameter}, {fault}. The full tables are published; the "
            "pseudonymous ones stay as they were. Make the key: python -m ops pseudonyms make-key "
            f"--env {environment}, then run ETL-2 again."
        )


class EventRefusedError(CurationError):
    """EventBridge did not take the event that announces the published tables."""

    def __init__(self, run_id: str, code: str, fault: str) -> None:
        super().__init__(
            f"run {run_id} is published, but EventBridge refused its event: {code}: {fault}. Check that the role may "
            "events:PutEvents on the default bus; then run ETL-2 again: it announces the run once more."
        )


#: Errors whose messages quote no record: others are told as ``contract.discretion`` does.
DISCREET: Final = (CurationError, ContractError, BotoCoreError, ClientError, UnexpectedError)
