"""The summary of one ETL-1 run: what was scanned, where every item went, and which objects hold the rows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, astuple, dataclass, field
from datetime import date, datetime
from typing import Any

from contract.datasets import REJECTED, Dataset
from contract.json_values import InvalidValueError, flag, instant, number, text, whole_number, whole_numbers
from contract.layout import parse_day
from contract.partition_sums import PartitionSums, faults_in, from_document, rows_in, to_document, version_of
from contract.source import RESERVED_KINDS, SourceContract
from contract.tombstones import HonouredTombstones


class RunSummaryError(ValueError):
    """A run summary is unreadable, or its counts contradict each other."""


@dataclass(frozen=True)
class ItemCounts:
    """Where the scanned items went.

    ``accepted`` is by the contract's kind, ``excluded`` by rule and ``rejected`` by reason. ``tombstoned`` are those of
    people who were erased.
    """

    scanned: int
    accepted: dict[str, int]
    excluded: dict[str, int] = field(default_factory=dict)
    rejected: dict[str, int] = field(default_factory=dict)
    tombstoned: int = 0

    @property
    def excluded_total(self) -> int:
        """Items that any exclusion rule took."""
        return sum(self.excluded.values())

    @property
    def rejected_total(self) -> int:
        """Items that could not be normalized."""
        return sum(self.rejected.values())

    @property
    def unaccounted(self) -> int:
        """Scanned items less all that went somewhere: 0 in every right run."""
        went_somewhere = sum(self.accepted.values()) + self.excluded_total + self.tombstoned + self.rejected_total
        return self.scanned - went_somewhere

    @property
    def terms(self) -> str:
        """Where they went as people read it: ``600 conversations + 300 feedback + … + 0 excluded + 1 rejected``."""
        others = {"excluded": self.excluded_total, "tombstoned": self.tombstoned, "rejected": self.rejected_total}
        counts = {**self.accepted, **others}
        return " + ".join(f"{count:,} {name}" for name, count in counts.items())

    def document(self) -> dict[str, object]:
        """Return the counts as a run summary's JSON has them: the kinds beside the others, as one reads them."""
        return {
            "scanned": self.scanned,
            **self.accepted,
            "excluded": self.excluded,
            "tombstoned": self.tombstoned,
            "rejected": self.rejected,
            "excluded_total": self.excluded_total,
            "rejected_total": self.rejected_total,
        }

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> ItemCounts:
        """Read what :meth:`document` gave.

        Raises:
            KeyError, TypeError, ValueError: the document is not of that form.
        """
        accepted = {name: count for name, count in document.items() if name not in RESERVED_KINDS}
        # Runs of before there were tombstones say nothing of them: they left out nobody.
        return cls(
            scanned=whole_number(document["scanned"]),
            accepted=whole_numbers(accepted),
            excluded=whole_numbers(document["excluded"]),
            rejected=whole_numbers(document["rejected"]),
            tombstoned=whole_number(document.get("tombstoned", 0)),
        )


@dataclass(frozen=True)
class RunObject:
    """One CSV object of a run: its dataset's name, key, data rows (without the header) and size in bytes.

    ``partitions`` has the rows and the sum of each partition; ``sums_version`` is
    ``contract.partition_sums.version_of`` the dataset that they are of.
    """

    dataset: str
    key: str
    rows: int
    bytes: int
    sums_version: str
    partitions: PartitionSums

    def faults(self, dataset: Dataset) -> Iterator[str]:
        """Yield what its rows and partitions contradict; with another partitioning nothing is checked."""
        if self.rows != rows_in(self.partitions):
            yield f"{self.dataset} has {self.rows} rows, its partitions {rows_in(self.partitions)}"
        if self.sums_version == version_of(dataset):
            yield from faults_in(dataset, self.partitions)

    def document(self) -> dict[str, object]:
        """Return the object as a run summary's JSON has it."""
        return {**vars(self), "partitions": to_document(self.partitions)}

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> RunObject:
        """Read what :meth:`document` gave; raises as :meth:`ItemCounts.from_document` does."""
        return cls(
            dataset=text(document["dataset"]),
            key=text(document["key"]),
            rows=whole_number(document["rows"]),
            bytes=whole_number(document["bytes"]),
            sums_version=text(document["sums_version"]),
            partitions=from_document(document["partitions"]),
        )


@dataclass(frozen=True)
class ScanStatistics:
    """Statistics of a scan, or of one work unit's part of it.

    Read units are as DynamoDB counts them; retried requests were sent again, for whatever reason; throttled ones were
    refused because of their rate.
    """

    segments: int
    pages: int
    consumed_capacity_units: float
    throttled_requests: int
    retried_requests: int

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> ScanStatistics:
        """Read the object of these fields; raises as :meth:`ItemCounts.from_document` does."""
        return cls(
            segments=whole_number(document["segments"]),
            pages=whole_number(document["pages"]),
            consumed_capacity_units=number(document["consumed_capacity_units"]),
            throttled_requests=whole_number(document["throttled_requests"]),
            retried_requests=whole_number(document["retried_requests"]),
        )

    @classmethod
    def total(cls, parts: Iterable[ScanStatistics]) -> ScanStatistics:
        """Return the statistics of a scan that was made in ``parts``."""
        return cls(*(sum(column) for column in zip(*map(astuple, parts), strict=True)))


@dataclass(frozen=True)
class RunSummary:
    """Everything that ETL-2 and operators need to know of a run. Instants are time-zone aware.

    ``accept_removal`` says that whoever started the run wants it published however many rows it removes.
    ``tombstones`` are those that the run honoured; None if it found none. ``code_version`` is ETL-1's; empty in runs of
    before versions were told.
    """

    run_id: str
    dt: date
    time_zone: str
    source_table: str
    started_at: datetime
    finished_at: datetime
    items: ItemCounts
    scan: ScanStatistics
    objects: tuple[RunObject, ...]
    accept_removal: bool = False
    tombstones: HonouredTombstones | None = None
    code_version: str = ""

    def object_of(self, dataset_name: str) -> RunObject:
        """Return the object that the run wrote for a dataset.

        Raises:
            RunSummaryError: the run has no object, or several, for it.
        """
        objects = [written for written in self.objects if written.dataset == dataset_name]
        if len(objects) != 1:
            message = f"run {self.run_id} lists {len(objects)} objects for dataset {dataset_name!r}; it must list one."
            raise RunSummaryError(message)
        return objects[0]

    def rows_of(self, dataset_name: str) -> int:
        """Return the number of data rows of that object; raises as :meth:`object_of` does."""
        return self.object_of(dataset_name).rows

    def check(self, contract: SourceContract) -> None:
        """Check the conservation law and that the objects' rows agree with the item counts.

        Raises:
            RunSummaryError: with every contradiction found.
        """
        faults = list(self._contradictions(contract))
        if faults:
            message = f"run {self.run_id} does not reconcile: " + "; ".join(faults)
            raise RunSummaryError(message)

    def _contradictions(self, contract: SourceContract) -> list[str]:
        if set(self.items.accepted) != set(contract.kind_names):
            counted, known = ", ".join(sorted(self.items.accepted)), ", ".join(sorted(contract.kind_names))
            return [f"it counts {counted}, and the contract {contract.name!r} has {known}"]
        expected = {kind.dataset.name: self.items.accepted[kind.name] for kind in contract.kinds if kind.dataset}
        expected[REJECTED.name] = self.items.rejected_total
        faults = [
            f"{name} has {self.rows_of(name)} rows for {items} items"
            for name, items in expected.items()
            if self.rows_of(name) != items
        ]
        for dataset in contract.datasets:
            faults += self.object_of(dataset.name).faults(dataset)
        if self.items.unaccounted:
            faults.append(f"{self.items.unaccounted} of {self.items.scanned} scanned items went nowhere")
        return faults

    def to_json(self) -> str:
        """Return the summary as indented JSON text."""
        document = dict(vars(self))
        document["dt"] = self.dt.isoformat()
        for name in ("started_at", "finished_at"):
            document[name] = document[name].isoformat()
        document["items"] = self.items.document()
        document["tombstones"] = self.tombstones and self.tombstones.document()
        document["scan"] = asdict(self.scan)
        document["objects"] = [written.document() for written in self.objects]
        document["reconciles"] = self.items.unaccounted == 0
        return json.dumps(document, indent=2, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, document: str | bytes) -> RunSummary:
        """Read what :meth:`to_json` wrote.

        Raises:
            RunSummaryError: it is not such a document.
        """
        try:
            return cls._from_document(json.loads(document))
        except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
            # What is behind it can quote the whole document.
            message = f"run summary is unreadable: {_told(error)}"
            raise RunSummaryError(message) from None

    @classmethod
    def _from_document(cls, document: dict[str, Any]) -> RunSummary:
        return cls(
            run_id=text(document["run_id"]),
            dt=parse_day(text(document["dt"])),
            time_zone=text(document["time_zone"]),
            source_table=text(document["source_table"]),
            started_at=instant(document["started_at"]),
            finished_at=instant(document["finished_at"]),
            items=ItemCounts.from_document(document["items"]),
            scan=ScanStatistics.from_document(document["scan"]),
            objects=tuple(map(RunObject.from_document, document["objects"])),
            accept_removal=flag(document["accept_removal"]),
            tombstones=_tombstones(document.get("tombstones")),
            code_version=text(document.get("code_version", "")),
        )


def _tombstones(document: dict[str, Any] | None) -> HonouredTombstones | None:
    return None if document is None else HonouredTombstones.from_document(document)


def _told(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"it lacks {error}"
    if isinstance(error, InvalidValueError):
        return str(error)
    return f"it is not of the form of one ({type(error).__name__})"
