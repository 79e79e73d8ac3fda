"""The figures of docs/lake-costs.md follow from the rates and prices that stand at its head."""

from __future__ import annotations

from dataclasses import replace
from math import ceil

import pytest

from envs.prod import PROD
from envs.schema import WORKER_DPU, ArrowSettings
from glue_src.spark_ranges import Sizes
from handbook.markdown import lines
from tests.unit.docs.computed import ComputedDocument, Figures

DOCUMENT = ComputedDocument("lake-costs.md", update="UPDATE_LAKE_COSTS")

WORKERS = PROD.etl.glue.number_of_workers
FUNCTION = ArrowSettings()
DAYS_IN_GB = (1, 100, 10 * 1024)
FROM_HERE_ON_SPARK = 10
MB_PER_GB = 1024
DPU_OF_A_G_2X = WORKER_DPU["G.2X"]
WEEKS = 52
RANGES = Sizes()
#: A job is done in time as long as a third of its limit is left.
SAFE = 2 / 3


@pytest.fixture
def given() -> Figures:
    return DOCUMENT.given()


def money(dollars: float) -> str:
    decimals = 5 if dollars < 0.01 else 3 if dollars < 1 else 2 if dollars < 100 else 0
    return f"${dollars:,.{decimals}f}"


def size(gigabytes: float) -> str:
    if gigabytes < 1:
        return f"{gigabytes * MB_PER_GB:.1f} MB"
    return f"{gigabytes:.1f} GB" if gigabytes < MB_PER_GB else f"{gigabytes / MB_PER_GB:.1f} TB"


def day(gigabytes: int) -> str:
    return f"{gigabytes} GB" if gigabytes < MB_PER_GB else f"{gigabytes // MB_PER_GB} TB"


def lambda_seconds(gigabytes: float, given: Figures) -> float:
    processors = FUNCTION.memory_size // given["Lambda's memory for one vCPU, MB"]
    return gigabytes * MB_PER_GB / (given["Arrow: CSV, MB per second and vCPU"] * processors)


def lambda_dollars(gigabytes: float, given: Figures) -> float:
    storage = given["Lambda's largest `/tmp`, GB"] - 0.5
    per_second = (
        FUNCTION.memory_size / MB_PER_GB * given["Lambda, $ per GB-second"]
        + storage * given["Lambda's `/tmp` beyond 0.5 GB, $ per GB-second"]
    )
    return lambda_seconds(gigabytes, given) * per_second


def fits_lambda(gigabytes: float, given: Figures) -> bool:
    in_time = lambda_seconds(gigabytes, given) <= given["Lambda's longest run, seconds"]
    return in_time and gigabytes * given["Arrow: scratch, share of the CSV"] <= given["Lambda's largest `/tmp`, GB"]


def spark_hours(gigabytes: float, tasks: int, given: Figures) -> float:
    work = gigabytes * MB_PER_GB / (given["Spark: CSV, MB per second and task"] * tasks)
    return (given["Spark: start, seconds"] + work) / 3600


def spark_dollars(hours: float, workers: int, given: Figures) -> float:
    units = workers * DPU_OF_A_G_2X
    return max(1 / 60, hours) * units * given["Glue, $ per DPU-hour; a minute at least"]


def tasks_at_once(workers: int) -> int:
    return replace(PROD.etl.glue, number_of_workers=workers).tasks_at_once


def workers_for(scratch: float, given: Figures) -> int:
    """As many as have room for the scratch on their disks, beside the driver, and no fewer than the job has."""
    return max(WORKERS, ceil(scratch / given["Glue: free disk of a G.2X worker, GB"]) + 1)


def runs(given: Figures) -> str:
    return lines(run(gigabytes, given) for gigabytes in DAYS_IN_GB)


def run(gigabytes: int, given: Figures) -> list[str]:
    disk = gigabytes * given["Spark: scratch, share of the CSV"]
    workers = workers_for(disk, given)
    tasks = tasks_of(gigabytes, workers)
    hours = spark_hours(gigabytes, tasks, given)
    return [
        day(gigabytes),
        f"{lambda_seconds(gigabytes, given) / 60:,.1f}",
        size(gigabytes * given["Arrow: scratch, share of the CSV"]),
        money(lambda_dollars(gigabytes, given)) if fits_lambda(gigabytes, given) else "too large",
        size(disk),
        str(workers),
        str(tasks),
        f"{hours:.2f}",
        money(spark_dollars(hours, workers, given)),
    ]


def tasks_of(gigabytes: float, workers: int) -> int:
    """How many tasks write a day side by side: no more than it has ranges."""
    return min(tasks_at_once(workers), RANGES.ranges_of(int(gigabytes * 2**30)))


def week(gigabytes: int, given: Figures) -> float:
    """The share of a column that a week takes: its own, and a row group more."""
    engine = "Arrow" if gigabytes < FROM_HERE_ON_SPARK else "Spark"
    return 1 / WEEKS + given[f"{engine}: CSV in a row group, MB"] / (gigabytes * MB_PER_GB)


def queries(given: Figures) -> str:
    text, narrow = (given[f"`{name}` and `sent_at`, share of the Parquet"] for name in ("text", "sender"))
    dashboard = given["columns of `dashboard_usuarios`, share of the Parquet"]
    shares = {
        "one week of `text`": [text * week(gigabytes, given) for gigabytes in DAYS_IN_GB],
        "one week of `sender` and `sent_at`": [narrow * week(gigabytes, given) for gigabytes in DAYS_IN_GB],
        "all `latest_…` of a day": [1.0] * len(DAYS_IN_GB),
        "`dashboard_usuarios`": [dashboard] * len(DAYS_IN_GB),
    }
    return lines(query(name, of_days, given) for name, of_days in shares.items())


def query(name: str, shares: list[float], given: Figures) -> list[str]:
    columns = [name]
    for gigabytes, share in zip(DAYS_IN_GB, shares, strict=True):
        read = gigabytes * given["Parquet, share of the CSV"] * share
        billed = max(read, given["Athena: least bytes of a query, MB"] / MB_PER_GB)
        columns += [size(read), money(billed / MB_PER_GB * given["Athena, $ per TB read"])]
    return columns


def test_tables_follow_from_the_first(given: Figures) -> None:
    DOCUMENT.check_tables({"day": runs(given), "query": queries(given)})


def test_sentences_follow_from_the_first_table(given: Figures) -> None:
    room = SAFE * given["Lambda's largest `/tmp`, GB"] / given["Arrow: scratch, share of the CSV"]
    default_room = SAFE * FUNCTION.ephemeral_storage / MB_PER_GB / given["Arrow: scratch, share of the CSV"]
    in_time = SAFE * given["Lambda's longest run, seconds"] / lambda_seconds(1, given)
    timeout = PROD.etl.glue.timeout
    seconds = SAFE * timeout * 60 - given["Spark: start, seconds"]
    written = seconds * given["Spark: CSV, MB per second and task"] * tasks_at_once(WORKERS) / MB_PER_GB
    disks = SAFE * (WORKERS - 1) * given["Glue: free disk of a G.2X worker, GB"]
    disk = disks / given["Spark: scratch, share of the CSV"]
    assert room < in_time, "the document says that /tmp ends first"
    assert disk < written, "the document says that the disks end first"
    row_groups = DAYS_IN_GB[-1] * MB_PER_GB / given["Spark: CSV in a row group, MB"]
    footer = row_groups * given["Spark: footer, KB of a row group"] / MB_PER_GB
    sentences = (
        f"**Arrow to Spark, at a day of {int(room)} GB.**",
        f"at its default, {FUNCTION.ephemeral_storage / MB_PER_GB:g} GB, up to {default_room:.1f} GB",
        f"two thirds of 15 minutes only at {int(in_time)} GB",
        f"**More workers for Spark, from a day of {int(disk)} GB.**",
        f"two thirds of the timeout of `prod`, {timeout} minutes, only at {int(written)} GB",
        f"{row_groups / 1000:.0f} thousand row groups, and a footer of {footer:.0f} MB",
    )
    DOCUMENT.check_sentences(sentences)


def test_engines_are_those_of_the_settings() -> None:
    job = PROD.etl.glue
    words = DOCUMENT.words()
    assert f"a function of {FUNCTION.memory_size:,} MB, two vCPU" in words
    assert job.worker_type == "G.2X", "two DPU a worker"
    assert (
        f"{job.number_of_workers} workers of type {job.worker_type}: {job.number_of_workers * 2} DPU are paid" in words
    )
    assert f"and {tasks_at_once(WORKERS)} tasks run at once" in words
    assert f"ranges of {RANGES.range >> 20} MB and more, {RANGES.most_ranges} at most" in words
    assert f"in `prod` {PROD.etl.athena.bytes_scanned_cutoff >> 30} GB" in words
