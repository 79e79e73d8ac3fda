"""The results as Markdown: goals first, then the figures, the machine and how it was done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap
from typing import Final

from tools.bench.lake.lake import HISTORY_DAYS
from tools.bench.lake.nights import CHANGES, FIRST, REBUILT, Change
from tools.bench.lake.rates import rates
from tools.bench.lake.runner import LakeResults
from tools.bench.lake.scenario import COLD_ROUNDS, IN_PROCESS, OURS, PEERS, SPARK_ROUNDS, LakeContender
from tools.bench.lake.targets import data_written, peak, ratio_of, seconds, verdicts
from tools.bench.lake.task import THREADS, ZSTD_LEVEL
from tools.bench.lake.year import NONCURRENT_DAYS
from tools.bench.report import Machine
from tools.bench.stats import Spread
from tools.site.markdown import table

PACKAGES: Final = ("pyarrow", "pyiceberg", "duckdb", "pyspark")
_COLUMNS: Final = (
    "night",
    "program",
    "time ÷ its full rewrite",
    "seconds",
    "peak, MB",
    "data written, MB",
    "÷ full rewrite",
    "CSV read, MB",
    "tables committed",
    "requests: write, read",
)


def markdown(results: LakeResults, machine: Machine, rounds: int) -> str:
    """Return the whole report."""
    lines = [
        "# The lake: what a night costs, and a year",
        "",
        "Made by `make bench`, never edited by hand. Trust the ratios: seconds belong to one machine.",
        "",
        *table(
            ("goal", "measured", "met"),
            ((one.promise, one.measured, "yes" if one.holds else "**no**") for one in verdicts(results)),
        ),
        "## Nights",
        "",
        *_nights(results),
        "## A first load beside others",
        "",
        *_peers(results),
        *_year(results),
        *_questions(results),
        *_rates(results),
        *_conditions(machine, rounds),
    ]
    return "\n".join(lines) + "\n"


def _nights(results: LakeResults) -> Iterator[str]:
    for night in results.nights:
        rows = ", ".join(f"{count:,} {dataset}" for dataset, count in night.rows.items())
        yield f"- *{night.change.title}*: {night.bytes / 1e6:,.1f} MB of CSV; {rows}."
    yield ""
    measured = ((change, contender) for change in CHANGES for contender in OURS if results.of(contender, change))
    yield from table(_COLUMNS, (_night(results, contender, change) for change, contender in measured))


def _night(results: LakeResults, contender: LakeContender, change: Change) -> Sequence[str]:
    rounds = results.of(contender, change)
    traffic = rounds[-1].traffic
    this, whole = (contender, change), (contender, REBUILT)
    return (
        change.title,
        contender.label,
        _text(ratio_of(results, seconds, this, whole)),
        Spread.of([one.seconds for one in rounds]).text(),
        Spread.of([one.peak_mb for one in rounds]).text(0),
        f"{traffic.data_written / 1e6:.1f}",
        _text(ratio_of(results, data_written, this, whole), 3),
        f"{traffic.csv_read / 1e6:.1f}",
        str(rounds[-1].commits),
        f"{traffic.writes}, {traffic.reads}",
    )


def _text(spread: Spread | None, digits: int = 2) -> str:
    if spread is None:
        return ""
    return f"{spread.median:.{digits}f}" if spread.least == spread.greatest else spread.text(digits)


def _peers(results: LakeResults) -> Iterator[str]:
    columns = (
        "program",
        "time ÷ ours, in-process",
        "seconds",
        "peak ÷ ours",
        "peak, MB",
        "written, MB",
        "start, s",
        "leaves out",
    )
    yield from table(columns, (_peer(results, contender) for contender in (*OURS, *PEERS)))


def _peer(results: LakeResults, contender: LakeContender) -> Sequence[str]:
    rounds = results.of(contender, FIRST)
    if not rounds:
        reason = results.failures.get(contender, "not chosen")
        return (contender.label, "not measured", "", "", "", "", "", reason)
    this, ours = (contender, FIRST), (IN_PROCESS, FIRST)
    return (
        contender.label,
        _text(ratio_of(results, seconds, this, ours)),
        Spread.of([one.seconds for one in rounds]).text(),
        _text(ratio_of(results, peak, this, ours)),
        Spread.of([one.peak_mb for one in rounds]).text(0),
        f"{rounds[-1].traffic.data_written / 1e6:.1f}" if contender.keeps_objects else "",
        f"{Spread.of(results.starts[contender]).median:.2f}",
        contender.leaves_out,
    )


def _year(results: LakeResults) -> Iterator[str]:
    year = results.year
    if year is None:
        return
    yield from (f"## After {year.nights} nights with 1 % more each", "")
    rows = (
        ("current data files", year.current / 1e6, 1.0),
        ("data files of all snapshots", year.visible.data / 1e6, year.visible.data / year.current),
        ("noncurrent data files", year.noncurrent.data / 1e6, year.noncurrent.data / year.current),
        ("`runs` and `data_quality`", year.visible.records / 1e6, None),
        ("the same, noncurrent", year.noncurrent.records / 1e6, None),
        ("metadata", year.visible.metadata / 1e6, None),
        ("noncurrent metadata", year.noncurrent.metadata / 1e6, None),
    )
    yield from table(
        ("what is stored", "MB", "÷ current"),
        ((what, f"{size:.1f}", "" if times is None else f"{times:.2f}") for what, size, times in rows),
    )
    yield from _bullets(
        f"The lake is {year.reduction} times smaller than that of the nights above. It ends with "
        f"{year.csv_bytes / 1e6:.1f} MB of CSV and {year.snapshots} snapshots of `messages`. Metadata does not grow "
        f"with the rows: in the goals it counts beside data files of {year.reduction} times the size. What is recorded "
        f"counts {year.nights} / {year.nights_run} times.",
        "New conversations are of the night's own day, so each night rewrites the newest month. The year ends on the "
        "last day of a month, when that is largest.",
        f"Of nights more than {HISTORY_DAYS} + {NONCURRENT_DAYS} days ago nothing is left but their rows. So the rows "
        f"of the first {year.nights - year.nights_run} nights come as one load, and the last {year.nights_run} nights "
        "are run one by one, by the in-process engine.",
        "Nothing waits: `now` of the age rule is moved, so that those snapshots expire whose successor is older than "
        f"{HISTORY_DAYS} nights. The objects that each night put and deleted are noted, and those of the last "
        f"{NONCURRENT_DAYS} nights are what a versioned bucket keeps as noncurrent "
        "(`lifecycle.noncurrent_version_expiration`).",
        f"The last night, with all that history to look after, made {year.last_night.writes:,} requests that write and "
        f"{year.last_night.reads:,} that read.",
    )
    yield ""


def _questions(results: LakeResults) -> Iterator[str]:
    if not results.readings:
        return
    yield from ("## What the documentation's ten questions read", "")
    programs = list(results.readings)
    titles = [reading.question for reading in results.readings[programs[0]]]
    columns = [
        "question",
        *(f"{program.label}: MB" for program in programs),
        *("ratio of all data files" for _ in programs),
    ]
    yield from table(columns, (_question(results, index, title) for index, title in enumerate(titles)))


def _question(results: LakeResults, index: int, title: str) -> Sequence[str]:
    readings = [of_program[index] for of_program in results.readings.values()]
    return (
        title,
        *(f"{reading.bytes_read / 1e6:.2f}" for reading in readings),
        *(f"{reading.bytes_read / reading.bytes_of_all * 100:.1f} %" for reading in readings),
    )


def _rates(results: LakeResults) -> Iterator[str]:
    yield from ("## What `docs/lake-costs.md` reckons with", "")
    yield from table(("rate", "measured"), ((name, f"{value:g}") for name, value in rates(results)))


def _conditions(machine: Machine, rounds: int) -> Iterator[str]:
    yield from ("## How", "", *machine.lines())
    yield from _bullets(
        f"Rounds: {rounds}, all programs in turn. Figures are medians, with least and greatest; ratios are taken "
        "round by round. Bytes, commits and requests are the same in each.",
        "*In-process*: a fresh process a night. Its start (imports, clients: a Lambda's cold start) is not in its "
        "seconds.",
        f"*Spark, with its start*: a fresh process a night, {_times(rounds, COLD_ROUNDS)}; its seconds include the "
        f"start of Java and the session. *Session warm*: all nights in one session, {_times(rounds, SPARK_ROUNDS)} "
        "after a first time that does not count.",
        f"All write zstd of level {ZSTD_LEVEL} with {THREADS} threads. Peaks are of each night, and with Spark of the "
        "JVM too.",
        "S3 and Glue are the emulator's, by HTTP, beside the programs on the same processors. Its S3 takes as long to "
        "deliver a large CSV as an engine to read it. So a small server before it answers requests for the clean zone "
        "from a folder, passes on all others, and counts them. There is no TLS.",
        "Partition sums in the run summaries are right, but counted by the bench, not by ETL-1.",
        "Each lake's last state is compared with its night's CSV by a checksum of all cells, and checked to be in "
        "order.",
        "The nights: `tools/bench/lake/nights.py`. Again: `make bench`; this: `python -m tools.bench --scenario lake`.",
    )


def _times(rounds: int, most: int) -> str:
    count = min(rounds, most)
    return "once" if count == 1 else f"{count} times"


def _bullets(*items: str) -> Iterator[str]:
    for item in items:
        yield from wrap(item, 120, initial_indent="- ", subsequent_indent="  ", break_on_hyphens=False)
