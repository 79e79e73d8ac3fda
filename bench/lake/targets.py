"""What ETL-2 has promised, and whether a benchmark bears it out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from bench.lake.runner import LakeResults
from bench.lake.scans import NARROW_OF_A_WEEK, TEXT_OF_A_WEEK, Scans
from bench.lake.scenario import (
    ARROW,
    ARROW_TENFOLD,
    DEFAULT,
    GROWTH,
    PANDAS,
    SPARK,
    SPARK_COMPILED,
    TUNED,
    LakeContender,
)
from bench.stats import Spread, ratio
from bench.targets import Verdict, at_least, at_most, at_most_mb

LEAST_SPEEDUPS: Final = ((TUNED, 0.9), (DEFAULT, 1.1), (PANDAS, 1.5))
MOST_MB: Final = 512.0
MOST_TIMES_OF_SPARK: Final = 3.5
MOST_GROWTH: Final = 11.0
MOST_SHARES: Final = ((TEXT_OF_A_WEEK, 0.05), (NARROW_OF_A_WEEK, 0.001))


def verdicts(results: LakeResults) -> Iterator[Verdict]:
    """Yield the verdicts on all promises."""
    for peer, limit in LEAST_SPEEDUPS:
        if results.measured(peer):
            yield at_least(limit, f"as fast as {peer.label}", times(results, peer, ARROW))
    yield at_most_mb(MOST_MB, "peak memory, arrow", max(results.peaks(ARROW)))
    if results.measured(TUNED):
        what = f"the time of {TUNED.label}; {SPARK_COMPILED.label}"
        yield at_most(MOST_TIMES_OF_SPARK, what, times(results, SPARK_COMPILED, TUNED))
    yield at_most(MOST_GROWTH, f"the time for {GROWTH} times the data, arrow", times(results, ARROW_TENFOLD, ARROW))
    for contender in (ARROW, SPARK):
        yield from _scans(contender, results.scans[contender])


def times(results: LakeResults, above: LakeContender, below: LakeContender) -> Spread:
    """Return how many times as long one takes as another, in the rounds that both have run."""
    seconds = results.seconds(above), results.seconds(below)
    rounds = min(map(len, seconds))
    return ratio(seconds[0][:rounds], seconds[1][:rounds])


def _scans(contender: LakeContender, scans: Scans) -> Iterator[Verdict]:
    shares = {scan.title: scan.in_pages for scan in scans.scans}
    for title, limit in MOST_SHARES:
        share = shares[title]
        measured = f"{percent(share.median)} ({percent(share.least)} to {percent(share.greatest)})"
        what = f"at most {limit * 100:g} % of the bytes for {title} of a year; {contender.label.split(', without')[0]}"
        yield Verdict(what, measured, share.median <= limit)


def percent(share: float) -> str:
    """Return a share as it stands in tables."""
    return f"{share * 100:.2f} %"
