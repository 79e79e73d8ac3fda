"""Made-up runs."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from contract.layout import clean_key
from contract.partition_sums import version_of
from contract.runs import ItemCounts, RunObject, RunSummary, ScanStatistics
from contract.source import SourceContract
from contract.sources.catia import CONTRACT

DAY = date(2026, 1, 31)
PREFIX = "reports/etl-process1/"

#: What a run makes of the items that it does not reject.
ACCEPTED = {"conversations": 600, "feedback": 300, "registers": 99}


def run(number: int = 1, seconds: float = 10, rejected: int = 1, **items: Any) -> RunSummary:
    """The ``number``-th run: 1,000 items and what ``items`` says of them."""
    accepted = {kind: items.pop(kind, usual) for kind, usual in ACCEPTED.items()}
    rows = {**accepted, "messages": 5000, "rejected": rejected}
    made = run_of(CONTRACT, accepted, rows, number)
    ended = made.started_at + timedelta(seconds=seconds)
    return replace(made, finished_at=ended, items=replace(made.items, **items))


def run_of(contract: SourceContract, accepted: dict[str, int], rows: dict[str, int], number: int) -> RunSummary:
    """The ``number``-th run for a contract: 1,000 items, accepted so, with so many rows in each dataset; 10 s."""
    started = datetime(2026, 1, 31, 4, 30, tzinfo=UTC) + timedelta(days=number)
    run_id = f"{started:%Y%m%dT%H%M%S.%fZ}-0000000{number}"
    counts = ItemCounts(scanned=1000, accepted=accepted, rejected={"wrong_type": rows["rejected"]})
    objects = tuple(
        RunObject(dataset.name, clean_key(PREFIX, dataset, DAY, run_id), rows[dataset.name], 1, version_of(dataset), {})
        for dataset in contract.datasets
    )
    scan = ScanStatistics(1, 1, 128.0, 0, 0)
    ended = started + timedelta(seconds=10)
    return RunSummary(run_id, DAY, "America/Bogota", "table", started, ended, counts, scan, objects)
