"""What docs/lake-costs.md reckons with, from the measured nights."""

from __future__ import annotations

import math
from collections.abc import Iterator
from statistics import median

from contract.datasets import Dataset
from contract.sources.catia import CONVERSATIONS, FEEDBACK, MESSAGES
from contract.units import MIB
from tools.bench.lake.nights import FIRST, GROWN, UNCHANGED
from tools.bench.lake.runner import LakeResults
from tools.bench.lake.scenario import IN_PROCESS, SPARK_WARM, LakeContender
from tools.bench.lake.task import THREADS

_DASHBOARD = {
    MESSAGES: ("user_id", "conversation_id", "position", "sender", "text"),
    CONVERSATIONS: CONVERSATIONS.column_names,
    FEEDBACK: FEEDBACK.column_names,
}


def rates(results: LakeResults) -> Iterator[tuple[str, float]]:
    """Yield the rates by the names that the document gives them; speeds rounded down to two digits."""
    if not results.of(IN_PROCESS, FIRST):
        return
    csv = next(night.bytes for night in results.nights if night.change == FIRST)
    grown = results.of(IN_PROCESS, GROWN)[-1].traffic
    yield "Parquet, ratio of the CSV", round(results.of(IN_PROCESS, FIRST)[-1].traffic.data_written / csv, 2)
    for contender, name, unit in ((IN_PROCESS, "Arrow", "vCPU"), (SPARK_WARM, "Spark", "task")):
        if results.of(contender, FIRST):
            for what, seconds_a_byte in _paces(results, contender, csv).items():
                # Few rounds on a busy machine may say that less work took longer.
                if seconds_a_byte > 0:
                    yield f"{name}: {what}, MB per second and {unit}", _speed(seconds_a_byte)
    yield "Arrow: `/tmp`, times the changed CSV", round(results.scratch_bytes[IN_PROCESS] / csv, 1)
    yield "requests of a usual night that write", grown.writes
    yield "`text` and `sent_at`, ratio of the Parquet", _of_columns(results, {MESSAGES: ("text", "sent_at")})
    yield "`sender` and `sent_at`, ratio of the Parquet", _of_columns(results, {MESSAGES: ("sender", "sent_at")})
    yield "columns of `dashboard_usuarios`, ratio of the Parquet", _of_columns(results, _DASHBOARD)
    if results.year is not None:
        history = results.year.with_history - 1
        yield "1 % more each night for a year: history, times the current tables", round(history, 2)
        noncurrent = results.year.with_noncurrent - results.year.with_history
        yield "1 % more each night for a year: noncurrent versions, times the current tables", round(noncurrent, 2)


def _paces(results: LakeResults, contender: LakeContender, csv: int) -> dict[str, float]:
    """Solve two nights for the seconds that a byte takes: to be looked through, and to be read, sorted and written.

    A night takes what an unchanged one takes, the first for its whole CSV, and the second for the changed part of it.
    """
    first, grown, unchanged = (
        median(one.seconds for one in results.of(contender, change)) for change in (FIRST, GROWN, UNCHANGED)
    )
    whole, part = (results.of(contender, change)[-1].traffic.data_written for change in (FIRST, GROWN))
    changed = csv * part / whole
    written = (first - grown) / (csv - changed)
    looked_through = (grown - unchanged - changed * written) / csv
    return {"CSV looked through": looked_through, "CSV of changed partitions": written}


def _speed(seconds_a_byte: float) -> float:
    speed = 1 / seconds_a_byte / MIB / THREADS
    step = math.pow(10, math.floor(math.log10(speed)) - 1)
    return math.floor(speed / step) * step


def _of_columns(results: LakeResults, columns: dict[Dataset, tuple[str, ...]]) -> float:
    sizes = results.column_bytes
    found = sum(sizes[dataset.name, name] for dataset, names in columns.items() for name in names)
    return round(found / sum(sizes.values()), 3)
