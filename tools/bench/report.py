"""The results as Markdown: promises and ratios first, then the figures, the machine and how it was done."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tools.bench.runner import Results
from tools.bench.scenarios import OURS, OURS_CLEAN, Contender
from tools.bench.stats import Spread, ratio
from tools.bench.targets import Verdict, verdicts
from tools.site.markdown import table


@dataclass(frozen=True)
class Machine:
    """Where and when the results were made; ``load`` is the load average when the benchmark began."""

    processor: str
    cores: int
    python: str
    versions: Mapping[str, str]
    load: float
    made_at: datetime

    @classmethod
    def here(cls, versions: Mapping[str, str]) -> Machine:
        """Return this machine, now."""
        return cls(
            processor=_processor(),
            cores=os.cpu_count() or 1,
            python=f"{platform.python_implementation()} {platform.python_version()}",
            versions=versions,
            load=os.getloadavg()[0],
            made_at=datetime.now(UTC),
        )

    def lines(self) -> Iterator[str]:
        """Yield what a report says of it."""
        versions = ", ".join(f"{name} {version}" for name, version in self.versions.items())
        yield f"- {self.made_at:%Y-%m-%d %H:%M} UTC; {self.processor}, {self.cores} cores, {platform.system()};"
        yield f"  load average {self.load:.1f} at the start."
        yield f"- {self.python}; {versions}."


def made_here() -> str:
    """Return what a smaller report says of the machine, at its end."""
    return f"""- {datetime.now(UTC):%Y-%m-%d %H:%M} UTC; {platform.machine()}, {os.cpu_count()} cores;
  load average {os.getloadavg()[0]:.1f} at the end."""


def table_text(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table with an empty line behind it."""
    return "\n".join(table(headers, rows))


def markdown(results: Mapping[str, Results], machine: Machine, rounds: int) -> str:
    """Return the whole report."""
    lines = [*opening("ETL-1 beside its peers", verdicts(results))]
    for result in results.values():
        lines += _scenario(result)
    return "\n".join([*lines, *_conditions(machine, rounds)]) + "\n"


def opening(title: str, promises: Iterable[Verdict]) -> Iterator[str]:
    """Yield what every report begins with: its title, how to read it, and the table of what was promised."""
    yield from (f"# {title}", "")
    yield from ("Made by `make bench`, never edited by hand. Trust the ratios: seconds belong to one machine.", "")
    yield from table(
        ("promised", "measured", "holds"),
        ((verdict.promise, verdict.measured, "yes" if verdict.holds else "**no**") for verdict in promises),
    )


def _scenario(results: Results) -> Iterator[str]:
    yield from (f"## {results.scenario.name}: {results.scenario.title}", "")
    for name, facts in results.tables.items():
        megabytes = facts["body_bytes"] / 1e6
        yield f"Table `{name}`: {facts['items']:,} items, {megabytes:.1f} MB in pages ({facts['pages']})."
    yield ""
    yield from table(
        ("program", "time ÷ ours", "work, s", "peak, MB", "start, s", "leaves out"),
        (_cells(contender, results) for contender in results.scenario.contenders),
    )
    for note in results.scenario.notes:
        yield from (note, "")


def _cells(contender: Contender, results: Results) -> Sequence[str]:
    if contender in results.failures:
        return (contender.label, "not measured", "", "", "", results.failures[contender])
    starts = [measurement.start_seconds for measurement in results.measurements[contender]]
    return (
        contender.label,
        ratio(results.seconds(contender), results.seconds(_reference(contender, results))).text(3),
        Spread.of(results.seconds(contender)).text(),
        Spread.of(results.peaks(contender)).text(0),
        f"{Spread.of(starts).median:.2f}",
        contender.leaves_out,
    )


def _reference(contender: Contender, results: Results) -> Contender:
    """Return ours on the same items."""
    return OURS_CLEAN if contender.table == OURS_CLEAN.table and results.measured(OURS_CLEAN) else OURS


def _conditions(machine: Machine, rounds: int) -> Iterator[str]:
    yield from (
        "## How",
        "",
        *machine.lines(),
        f"- Every program runs in a fresh process, {rounds} times, in turn with the others. Figures are medians,",
        "  with least and greatest; ratios are taken round by round. *Start* is imports and clients, before the work.",
        "- *Ours* has one processor, as a Lambda function of 1,769 MB, unless it says two: then it has two processes,",
        "  and their peaks are added up, with what they share counted each time.",
        "- Another process replays the table's Scan pages, encoded beforehand, over loopback HTTP, and takes the CSV",
        "  as S3 would. Over HTTP the SDK signs whole bodies, which over HTTPS it does not; TLS is not measured.",
        "- Each program's counts are checked against the generator's, and its bytes against the server's.",
        "- Items: `tools/bench/items.py`. Again: `make bench`; in a minute: `python -m tools.bench --quick`; one part:",
        "  `python -m tools.bench --scenario peers`.",
    )


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
