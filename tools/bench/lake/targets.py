"""What the lake has promised of a night, a first load and a year, and whether a benchmark bears it out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from tools.bench.lake.nights import FIRST, GROWN, REBUILT, UNCHANGED, Change
from tools.bench.lake.runner import LakeResults
from tools.bench.lake.scenario import DUCKDB, IN_PROCESS, OURS, SPARK_WARM, LakeContender
from tools.bench.lake.task import NightMeasurement
from tools.bench.lake.year import YearResults
from tools.bench.stats import Spread, ratio
from tools.bench.targets import Verdict

MOST_OF_THE_BYTES: Final = 0.1
MOST_OF_THE_TIME: Final = ((IN_PROCESS, 0.4), (SPARK_WARM, 0.6))
MOST_TIMES_DUCKDB: Final = 1.5
MOST_OF_DUCKDBS_MEMORY: Final = 0.6
MOST_TIMES_CURRENT: Final = 3.0

Figure = Callable[[NightMeasurement], float]


def seconds(one: NightMeasurement) -> float:
    """Return how long a night took."""
    return one.seconds


def peak(one: NightMeasurement) -> float:
    """Return the most memory of a night, in MB."""
    return one.peak_mb


def data_written(one: NightMeasurement) -> float:
    """Return the bytes of data files that a night wrote."""
    return one.traffic.data_written


def ratio_of(
    results: LakeResults, figure: Figure, above: tuple[LakeContender, Change], below: tuple[LakeContender, Change]
) -> Spread | None:
    """Return the spread of the quotients, round by round as far as both ran; None where one was not measured."""
    numerators, denominators = ([figure(one) for one in results.of(*which)] for which in (above, below))
    rounds = min(len(numerators), len(denominators))
    return ratio(numerators[:rounds], denominators[:rounds]) if rounds else None


def verdicts(results: LakeResults) -> Iterator[Verdict]:
    """Yield the verdicts on all goals that were measured."""
    for contender in OURS:
        yield from _unchanged(contender, results.of(contender, UNCHANGED))
    for contender in OURS:
        found = ratio_of(results, data_written, (contender, GROWN), (contender, REBUILT))
        yield from _at_most(MOST_OF_THE_BYTES, f"{GROWN.title}: bytes of a full rewrite's; {contender.label}", found)
    for contender, limit in MOST_OF_THE_TIME:
        found = ratio_of(results, seconds, (contender, GROWN), (contender, REBUILT))
        yield from _at_most(limit, f"{GROWN.title}: time of a full rewrite's; {contender.label}", found)
    first = (IN_PROCESS, FIRST), (DUCKDB, FIRST)
    yield from _at_most(
        MOST_TIMES_DUCKDB, f"first load: time of {DUCKDB.label}; {IN_PROCESS.label}", ratio_of(results, seconds, *first)
    )
    yield from _at_most(
        MOST_OF_DUCKDBS_MEMORY,
        f"first load: memory of {DUCKDB.label}; {IN_PROCESS.label}",
        ratio_of(results, peak, *first),
    )
    if results.year is not None:
        yield from _year(results.year)


def _unchanged(contender: LakeContender, rounds: Sequence[NightMeasurement]) -> Iterator[Verdict]:
    if not rounds:
        return
    written = max(one.traffic.data_written for one in rounds)
    read = max(one.traffic.csv_read for one in rounds)
    commits = max(one.commits for one in rounds)
    measured = f"{written} B written, {read} B read, {commits} commits"
    what = f"an unchanged night writes no data, reads no CSV, commits to no data table; {contender.label}"
    yield Verdict(what, measured, not (written or read or commits))


def _at_most(limit: float, what: str, found: Spread | None) -> Iterator[Verdict]:
    if found is not None:
        yield Verdict(f"at most {limit:g} of: {what}", found.text(), found.median <= limit)


def _year(year: YearResults) -> Iterator[Verdict]:
    what = f"bytes stored after {year.nights} nights, times the current tables'"
    for title, found in (("", year.with_history), (", with noncurrent versions", year.with_noncurrent)):
        yield Verdict(f"at most {MOST_TIMES_CURRENT:g}: {what}{title}", f"{found:.2f}", found <= MOST_TIMES_CURRENT)
