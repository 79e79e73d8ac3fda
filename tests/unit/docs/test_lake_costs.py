"""The figures of docs/lake-costs.md follow from the rates and prices that stand at its head."""

from __future__ import annotations

import re

import pytest

from contract.table_metadata import ROW_GROUP_BYTES
from envs.prod import PROD
from envs.schema import WORKER_DPU, ArrowSettings
from ops.prices import LIST_PRICES
from tests.snapshots import is_update
from tests.unit.docs.computed import DOCS, ComputedDocument, Figures
from tools.site.markdown import lines

DOCUMENT = ComputedDocument("lake-costs.md")
RESULTS = DOCS.parent / "tools" / "bench" / "RESULTS-lake.md"

JOB = PROD.etl.glue
FUNCTION = ArrowSettings()
LIFECYCLE = PROD.normalize.lifecycle
HISTORY_DAYS = PROD.etl.curated.history_days
SOURCES_IN_GB = (1, 10, 100)
MB_PER_GB = 1024
WEEKS_A_MONTH = 52 / 12
#: The newest month is half full on average.
NEWEST_MONTH = 0.5
#: A run is done in time, or fits, as long as a third of the limit is left.
SAFE = 2 / 3


def measured() -> Figures:
    """Return the benchmark's table of rates."""
    _, _, rows = RESULTS.read_text(encoding="utf-8").partition("| rate | measured |\n| --- | --- |\n")
    cells = re.findall(r"^\| (.+?) \| (.+?) \|$", rows.partition("\n\n")[0], re.MULTILINE)
    return {name: float(value) for name, value in cells}


@pytest.fixture
def given() -> Figures:
    if is_update():
        text = DOCUMENT.text()
        for name, value in measured().items():
            text = re.sub(rf"^(\| {re.escape(name)}) \| [^|]+ \|", rf"\1 | {value:g} |", text, flags=re.MULTILINE)
        DOCUMENT.path.write_text(text, encoding="utf-8")
    return DOCUMENT.given()


def test_rates_are_the_benchmarks(given: Figures) -> None:
    rates = measured()

    assert rates, "RESULTS-lake.md has no rates: run python -m tools.bench --scenario lake"
    assert {name: given[name] for name in rates} == rates, DOCUMENT.advice


def test_prices_are_those_of_the_code(given: Figures) -> None:
    assert {
        "Lambda, $ per GB-second": LIST_PRICES.lambda_gigabyte_second,
        "Glue, $ per DPU-hour; a minute at least": LIST_PRICES.glue_dpu_hour,
        "S3, $ per GB and month": LIST_PRICES.s3_standard_gigabyte_month,
        "S3, $ per 1,000 writes": LIST_PRICES.s3_thousand_writes,
        "Athena, $ per TB read": LIST_PRICES.athena_terabyte,
        "Athena: least bytes of a query, MB": LIST_PRICES.athena_least_bytes / 2**20,
    }.items() <= given.items()


def money(dollars: float) -> str:
    decimals = 5 if dollars < 0.01 else 3 if dollars < 1 else 2 if dollars < 100 else 0
    return f"${dollars:,.{decimals}f}"


def size(gigabytes: float) -> str:
    if gigabytes < 1:
        return f"{gigabytes * MB_PER_GB:.1f} MB"
    return f"{gigabytes:.1f} GB" if gigabytes < MB_PER_GB else f"{gigabytes / MB_PER_GB:.1f} TB"


def month(source: float, given: Figures) -> float:
    """Return the CSV of one month of a source, in GB."""
    return source / given["months in the tables"]


def tables(source: float, given: Figures) -> float:
    return source * given["Parquet, ratio of the CSV"]


def stored(source: int, given: Figures) -> list[str]:
    current = tables(source, given)
    a_night = tables(month(source, given) * NEWEST_MONTH, given)
    history, noncurrent = a_night * HISTORY_DAYS, a_night * LIFECYCLE.noncurrent_version_expiration
    clean = source * LIFECYCLE.clean_expiration
    noncurrent += source * LIFECYCLE.noncurrent_version_expiration
    now = current + history + noncurrent + clean
    before = (
        current * given["copies of the tables kept before Iceberg"]
        + source * given["copies of the CSV kept before Iceberg"]
    )
    price = given["S3, $ per GB and month"]
    sizes = [size(part) for part in (current, history, noncurrent, clean)]
    return [f"{source} GB", *sizes, money(now * price), size(before), money(before * price)]


def lambda_seconds(source: float, changed: float, given: Figures) -> float:
    """Return the time of a night that looks through a source's CSV and rewrites ``changed`` GB of it."""
    processors = FUNCTION.memory_size // given["Lambda's memory for one vCPU, MB"]
    looked = source / given["Arrow: CSV looked through, MB per second and vCPU"]
    written = changed / given["Arrow: CSV of changed partitions, MB per second and vCPU"]
    return (looked + written) * MB_PER_GB / processors


def lambda_dollars(seconds: float, given: Figures) -> float:
    storage = given["Lambda's largest `/tmp`, GB"] - 0.5
    return seconds * (
        FUNCTION.memory_size / MB_PER_GB * given["Lambda, $ per GB-second"]
        + storage * given["Lambda's `/tmp` beyond 0.5 GB, $ per GB-second"]
    )


def fits_lambda(source: float, changed: float, given: Figures) -> bool:
    in_time = lambda_seconds(source, changed, given) <= given["Lambda's longest run, seconds"]
    on_disk = changed * given["Arrow: `/tmp`, times the changed CSV"] <= given["Lambda's largest `/tmp`, GB"]
    partition = month(source, given) * given["Arrow: memory, times the largest partition's CSV"]
    return in_time and on_disk and partition * MB_PER_GB <= FUNCTION.memory_size


def spark_seconds(source: float, changed: float, given: Figures) -> float:
    looked = source / given["Spark: CSV looked through, MB per second and task"]
    written = changed / given["Spark: CSV of changed partitions, MB per second and task"]
    return given["Spark: start, seconds"] + (looked + written) * MB_PER_GB / JOB.tasks_at_once


def spark_dollars(seconds: float, given: Figures) -> float:
    units = JOB.number_of_workers * WORKER_DPU[JOB.worker_type]
    return max(60, seconds) / 3600 * units * given["Glue, $ per DPU-hour; a minute at least"]


def a_night(source: int, given: Figures) -> list[str]:
    usual = month(source, given) * NEWEST_MONTH
    seconds, whole = lambda_seconds(source, usual, given), lambda_seconds(source, source, given)
    spark, spark_whole = spark_seconds(source, usual, given), spark_seconds(source, source, given)
    return [
        f"{source} GB",
        f"{seconds / 60:.1f}",
        money(lambda_dollars(seconds, given)) if fits_lambda(source, usual, given) else "too large",
        f"{spark / 60:.1f}",
        money(spark_dollars(spark, given)),
        money(lambda_dollars(whole, given)) if fits_lambda(source, source, given) else "too large",
        f"{spark_whole / 60:.1f}",
        money(spark_dollars(spark_whole, given)),
    ]


def queries(given: Figures) -> str:
    text, narrow = (given[f"`{name}` and `sent_at`, ratio of the Parquet"] for name in ("text", "sender"))
    months = given["months in the tables"]
    week, row_group = 1 / (months * WEEKS_A_MONTH), ROW_GROUP_BYTES / 2**30
    ratios = {
        "one week of `text`": [text * min(1, week + row_group / source) for source in SOURCES_IN_GB],
        "one week of `sender` and `sent_at`": [narrow * min(1, week + row_group / source) for source in SOURCES_IN_GB],
        "one month of `text`": [text / months] * len(SOURCES_IN_GB),
        "`text` of one user": [text] * len(SOURCES_IN_GB),
        "`dashboard_usuarios`": [given["columns of `dashboard_usuarios`, ratio of the Parquet"]] * len(SOURCES_IN_GB),
    }
    return lines(query(name, found, given) for name, found in ratios.items())


def query(name: str, ratios: list[float], given: Figures) -> list[str]:
    columns = [name]
    for source, ratio in zip(SOURCES_IN_GB, ratios, strict=True):
        read = tables(source, given) * ratio
        billed = max(read, given["Athena: least bytes of a query, MB"] / MB_PER_GB)
        columns += [size(read), money(billed / MB_PER_GB * given["Athena, $ per TB read"])]
    return columns


@pytest.mark.snapshot
def test_tables_follow_from_the_first(given: Figures) -> None:
    DOCUMENT.check_tables(
        {
            "source": lines(stored(source, given) for source in SOURCES_IN_GB),
            "a night of": lines(a_night(source, given) for source in SOURCES_IN_GB),
            "query": queries(given),
        }
    )


def test_sentences_follow_from_the_first_table(given: Figures) -> None:
    fits_memory = SAFE * FUNCTION.memory_size / given["Arrow: memory, times the largest partition's CSV"]
    by_memory = fits_memory * given["months in the tables"] / MB_PER_GB
    by_time = SAFE * given["Lambda's longest run, seconds"] / lambda_seconds(1, month(1, given) * NEWEST_MONTH, given)
    first_load = SAFE * FUNCTION.ephemeral_storage / given["Arrow: `/tmp`, times the changed CSV"]
    largest_load = SAFE * given["Lambda's largest `/tmp`, GB"] / given["Arrow: `/tmp`, times the changed CSV"]
    assert by_memory < by_time, "the document says that memory ends first"
    requests = given["requests of a usual night that write"] * given["S3, $ per 1,000 writes"] / 1000
    crawler = given["crawler, minutes at least"] / 60 * given["Glue, $ per DPU-hour; a minute at least"] * 30
    DOCUMENT.check_sentences(
        (
            f"**Arrow to Spark, at a source of {by_memory:.0f} GB.**",
            f"Its largest month, {fits_memory:.0f} MB of CSV, then takes two thirds of the function's memory",
            f"two thirds of 15 minutes only at {by_time:.0f} GB",
            f"up to {first_load / MB_PER_GB:.1f} GB at once with the default `ephemeral_storage`,",
            f"{largest_load:.1f} GB with the largest",
            f"ten minutes of a DPU at least: {money(crawler)} a month",
            f"{given['requests of a usual night that write']:.0f} requests to S3 that write: {money(requests)}",
        )
    )


def test_settings_are_those_of_prod() -> None:
    words = DOCUMENT.words()
    assert f"a function of {FUNCTION.memory_size:,} MB, two vCPU" in words
    units = JOB.number_of_workers * WORKER_DPU[JOB.worker_type]
    assert f"{JOB.number_of_workers} workers of type {JOB.worker_type}: {units} DPU are paid" in words
    assert f"and {JOB.tasks_at_once} tasks run at once" in words
    assert f"History holds the replaced files for {HISTORY_DAYS} days" in words
    assert f"the expired ones for {LIFECYCLE.noncurrent_version_expiration} days more" in words
    assert f"clean CSV, {LIFECYCLE.clean_expiration} days" in words
    assert f"of {ROW_GROUP_BYTES >> 20} MB" in words
    assert f"in `prod` {PROD.etl.athena.bytes_scanned_cutoff >> 30} GB" in words
