"""The results as Markdown: promises first, then the figures, the machine and how it was done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from bench.lake.runner import LakeResults
from bench.lake.scenario import ARROW, GROWTH, TENFOLD_ROUNDS, LakeContender
from bench.lake.targets import percent, times, verdicts
from bench.lake.task import THREADS, UNTIL_COMPILED, ZSTD_LEVEL
from bench.report import Machine, opening
from bench.stats import Spread
from handbook.markdown import table

PACKAGES: Final = ("pyarrow", "duckdb", "pandas", "pyspark")


def markdown(results: LakeResults, machine: Machine, rounds: int) -> str:
    """Return the whole report."""
    lines = [
        *opening("ETL-2 beside its peers, and what its tables cost to read", verdicts(results)),
        "## From CSV to sorted Parquet",
        "",
        *_days(results),
        *_contenders(results),
        "## What a reader of `messages` fetches",
        "",
        *_scans(results),
        *_conditions(machine, rounds),
    ]
    return "\n".join(lines) + "\n"


def _days(results: LakeResults) -> Iterator[str]:
    for name, day in results.days.items():
        rows = ", ".join(f"{count:,} {dataset}" for dataset, count in day.rows.items())
        yield f"Day `{name}`: {day.bytes / 1e6:,.0f} MB of CSV; {rows}."
    yield ""


def _contenders(results: LakeResults) -> Iterator[str]:
    titles = (
        "program",
        "time ÷ ours",
        "work, s",
        "CSV, MB/s",
        "peak, MB",
        "scratch, MB",
        "Parquet, MB",
        "start, s",
        "leaves out",
    )
    yield from table(titles, (_cells(contender, results) for contender in results.scenario.contenders))


def _cells(contender: LakeContender, results: LakeResults) -> Sequence[str]:
    if contender in results.failures:
        return (contender.label, "not measured", "", "", "", "", "", "", results.failures[contender])
    seconds = Spread.of(results.seconds(contender))
    starts = [measurement.start_seconds for measurement in results.measurements[contender]]
    return (
        contender.label,
        times(results, contender, ARROW).text(),
        seconds.text(),
        f"{results.days[contender.day].bytes / 1e6 / seconds.median:.0f}",
        Spread.of(results.peaks(contender)).text(0),
        f"{results.scratch_bytes[contender] / 1e6:.0f}",
        f"{results.parquet_bytes[contender] / 1e6:.1f}",
        f"{Spread.of(starts).median:.2f}",
        contender.leaves_out,
    )


def _scans(results: LakeResults) -> Iterator[str]:
    for contender, scans in results.scans.items():
        yield (
            f"File of {contender.label}: {scans.bytes / 1e6:.1f} MB, {scans.row_groups} row groups, a footer of "
            f"{scans.footer_bytes / 1e3:.0f} KB ({percent(scans.footer_bytes / scans.bytes)})."
        )
    yield ""
    headers = ("query", "file", "to fetch, in pages", "in row groups", "read by DuckDB")
    yield from table(headers, _scan_cells(results))


def _scan_cells(results: LakeResults) -> Iterator[Sequence[str]]:
    titles = [scan.title for scan in results.scans[ARROW].scans]
    for place, title in enumerate(titles):
        for contender, scans in results.scans.items():
            scan = scans.scans[place]
            read = percent(scan.really_read)
            yield title, contender.label, _shares(scan.in_pages), _shares(scan.to_fetch), read


def _shares(shares: Spread) -> str:
    least, greatest = percent(shares.least), percent(shares.greatest)
    return percent(shares.median) + (f" ({least} to {greatest})" if least != greatest else "")


def _conditions(machine: Machine, rounds: int) -> Iterator[str]:
    yield from (
        "## How",
        "",
        *machine.lines(),
        f"- Every program runs in a fresh process, {rounds} times, in turn with the others; {GROWTH} times the data,",
        f"  {min(rounds, TENFOLD_ROUNDS)} times. Figures are medians, with least and greatest; ratios are taken round",
        "  by round. *Start* is imports and all else that a warm program has, for Spark a session and a tiny day too;",
        f"  where Java has compiled it, the same day {UNTIL_COMPILED} times, which is how a job meets later days. Java",
        "  clears memory with its parallel collector; which one a Glue job has is Glue's choice.",
        f"- All write zstd of level {ZSTD_LEVEL} and have {THREADS} threads, or as many as the machine has processors.",
        "  Peaks are of the process; with Spark, of the JVM beside it as well. *Scratch* is the most that was found on",
        "  disk for what is between, looking five times a second.",
        "- There is no S3: CSV is read from a folder and Parquet written to one, by ours through a stand-in for the",
        "  bucket. Reading from S3 and writing to it come on top for all alike.",
        "- Every file's rows are counted, checked to be in order, and their cells compared with the CSV's by checksum.",
        "  Ours also find what the checks need; its time is in theirs.",
        "- *To fetch* are, of the wanted columns and that of the condition, the pages whose index does not rule them",
        "  out (so Spark and Trino read, and that is what is promised), or the whole column chunks in the row groups",
        "  whose statistics do not (so any reader does, and Athena at the worst); for the weeks, median with least and",
        "  greatest of the year's 52, as shares of the file. Footer and index are read besides. *Read by DuckDB*,",
        "  which knows no index of pages, is what it says it has read for the middle one, footer included.",
        "- The day: `bench/lake/days.py`. Again: `make bench`; this part alone: `python -m bench --scenario lake`.",
    )
