# ruff: noqa: RUF001 - the document has the multiplication sign
"""The figures of docs/scaling.md follow from the rates and prices that stand at its head."""

from __future__ import annotations

import pytest

from envs.schema import GlueExtractSettings
from tests.unit.docs.computed import ComputedDocument, Figures
from tools.site.markdown import lines

DOCUMENT = ComputedDocument("scaling.md")

MEMORY_SIZES = (1769, 3538, 10240)
TABLES_IN_GB = (1, 10, 100, 1024)
MB_PER_GB = 1024
#: The job is done in time as long as a third of it is left.
SAFE = 2 / 3


@pytest.fixture
def given() -> Figures:
    return DOCUMENT.given()


def money(dollars: float) -> str:
    decimals = 3 if dollars < 1 else 2 if dollars < 100 else 0
    return f"${dollars:,.{decimals}f}"


def functions(given: Figures) -> str:
    rate = given["table read and normalized, MB per second and vCPU"]
    rows = []
    for memory in MEMORY_SIZES:
        processors = memory / given["Lambda's memory for one vCPU, MB"]
        per_second = processors * rate
        largest = per_second * given["Lambda's longest run, seconds"] / MB_PER_GB
        units = per_second / MB_PER_GB * given["read units per GB, eventually consistent"]
        rows.append((f"{memory:,} MB", f"{processors:.1f}", f"{units:,.0f}", f"{largest:.0f}", f"{largest * SAFE:.0f}"))
    return lines(rows)


def runs(given: Figures) -> str:
    return lines(run(gigabytes, given) for gigabytes in TABLES_IN_GB)


def run(gigabytes: int, given: Figures) -> list[str]:
    rate = given["table read and normalized, MB per second and vCPU"]
    units = gigabytes * given["read units per GB, eventually consistent"]
    processor_seconds = gigabytes * MB_PER_GB / rate
    memory = given["Lambda's memory for one vCPU, MB"] / MB_PER_GB
    lambda_dollars = processor_seconds * memory * given["Lambda, $ per GB-second"]
    most_processors = MEMORY_SIZES[-1] / given["Lambda's memory for one vCPU, MB"]
    fits = processor_seconds / most_processors <= given["Lambda's longest run, seconds"]
    job = GlueExtractSettings()
    quota = given["read units per second of a table, default quota"]
    minutes = max(processor_seconds / job.tasks_at_once, units / quota) / 60
    glue_dollars = max(1, minutes) / 60 * job.number_of_workers * given["Glue, $ per DPU-hour; a minute at least"]
    return [
        f"{gigabytes} GB" if gigabytes < MB_PER_GB else f"{gigabytes // MB_PER_GB} TB",
        money(lambda_dollars) if fits else "too large",
        money(glue_dollars),
        f"{minutes:.1f}",
        money(units / 1e6 * given["on-demand, $ per million read units"]),
        money(units / 3600 * given["provisioned, $ per read unit and hour"]),
        money(gigabytes * given["export to S3, $ per GB"]),
        money(gigabytes * given["point-in-time recovery, $ per GB and month"]),
    ]


@pytest.mark.snapshot
def test_tables_follow_from_the_first(given: Figures) -> None:
    DOCUMENT.check_tables({"`memory_size`": functions(given), "table": runs(given)})


def test_sentences_follow_from_the_first_table(given: Figures) -> None:
    longest = given["Lambda's longest run, seconds"]
    slower = given["an item by the reader of all items, times that of CatIA's fast reader"]
    slow_rate = given["table read and normalized, MB per second and vCPU"] / slower
    per_unit = longest / given["read units per GB, eventually consistent"]
    rate = given["table read and normalized, MB per second and vCPU"]
    export = given["export to S3, $ per GB"]
    scan = given["read units per GB, eventually consistent"] / 1e6 * given["on-demand, $ per million read units"]
    partition = 3000 / given["read units per GB, eventually consistent"] * MB_PER_GB
    sentences = (
        f"table = vCPU × {rate:g} MB/s × {longest:g} s",
        f"Lambda = GB × 1,024 ÷ {rate:g} vCPU-seconds",
        f"which is {per_unit * 1000:.1f} GB at 1,000 and {per_unit * 5000:.0f} GB at 5,000",
        f"takes about {slower:g} times as long for an item: count with {slow_rate:g} MB/s at worst",
        f"{slow_rate * longest / MB_PER_GB:.1f} GB for each vCPU",
        f"gives 3,000 units a second, {partition:.0f} MB/s",
    )
    DOCUMENT.check_sentences(sentences)
    assert round(export / scan) == 6, "the document says: six times the on-demand scan"


def test_job_is_the_default_one() -> None:
    job = GlueExtractSettings()
    said = (
        f"{job.number_of_workers} workers of type {job.worker_type}: {job.tasks_at_once} vCPU read at once, no faster "
        f"than the table's quota, and {job.number_of_workers} DPU are paid"
    )
    assert job.worker_type == "G.1X", "one DPU a worker"
    assert said in DOCUMENT.words()
