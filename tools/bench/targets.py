"""What ETL-1 has promised, and whether a benchmark bears it out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from tools.bench.contenders.task import TWO_PROCESSORS
from tools.bench.runner import Results
from tools.bench.scenarios import (
    FLOOR,
    OURS,
    OURS_CLEAN,
    OURS_EIGHT,
    OURS_FOUR,
    OURS_SMALL,
    OURS_TWO,
    OURS_TWO_CLEAN,
    OURS_TWO_EIGHT,
    OURS_UNSUMMED,
    RESOURCE,
    WRANGLER,
    Contender,
)
from tools.bench.stats import Spread, ratio

LEAST_SPEEDUP: Final = 8.0
MOST_TIMES_FLOOR: Final = 1.8
MOST_TIMES_UNSUMMED: Final = 1.03
MOST_MB: Final = 150.0
MOST_MB_FOUR_THREADS: Final = 256.0
MOST_GROWTH_MB: Final = 30.0
LEAST_LATENCY_SPEEDUP: Final = 4.0


@dataclass(frozen=True)
class Verdict:
    """A promise, what was measured of it, and whether it holds."""

    promise: str
    measured: str
    holds: bool


def verdicts(results: Mapping[str, Results]) -> list[Verdict]:
    """Return the verdicts on all promises that these results (by scenario name) can tell of."""
    return [
        *(_peers(results["peers"]) if "peers" in results else ()),
        *(_large(results["large"]) if "large" in results else ()),
        *(_latency(results["latency"]) if "latency" in results else ()),
    ]


def _peers(results: Results) -> Iterator[Verdict]:
    for peer, ours in ((WRANGLER, OURS_CLEAN), (RESOURCE, OURS), (WRANGLER, OURS_TWO_CLEAN), (RESOURCE, OURS_TWO)):
        if results.measured(peer, ours):
            what = f"as fast as {peer.label}{_processors(ours)}"
            yield at_least(LEAST_SPEEDUP, what, _ratio(results, peer, ours))


def _large(results: Results) -> Iterator[Verdict]:
    for ours in (OURS, OURS_TWO):
        what = f"the time of fetch + orjson{_processors(ours)}"
        yield at_most(MOST_TIMES_FLOOR, what, _ratio(results, ours, FLOOR))
    if results.measured(OURS_UNSUMMED):
        what = "the time without partition sums, on 1 processor"
        yield at_most(MOST_TIMES_UNSUMMED, what, _ratio(results, OURS, OURS_UNSUMMED))
    yield at_most_mb(MOST_MB, "peak memory, 1 segment", max(results.peaks(OURS)))
    growth = Spread.of(results.peaks(OURS)).median - Spread.of(results.peaks(OURS_SMALL)).median
    yield at_most_mb(MOST_GROWTH_MB, "more memory for 10 times the items", growth)
    yield at_most_mb(MOST_MB_FOUR_THREADS, "peak memory, 4 threads", max(results.peaks(OURS_FOUR)))


def _latency(results: Results) -> Iterator[Verdict]:
    for ours in (OURS_EIGHT, OURS_TWO_EIGHT):
        what = f"as fast with 8 segments as with 1, at 50 ms a page{_processors(ours)}"
        yield at_least(LEAST_LATENCY_SPEEDUP, what, _ratio(results, OURS, ours))


def _processors(ours: Contender) -> str:
    return ", on 2 processors" if ours.memory_megabytes == TWO_PROCESSORS else ", on 1 processor"


def _ratio(results: Results, above: Contender, below: Contender) -> Spread:
    return ratio(results.seconds(above), results.seconds(below))


def at_least(limit: float, what: str, measured: Spread) -> Verdict:
    """Return the verdict on a ratio that is to be no less."""
    return Verdict(f"at least {limit:g} times {what}", measured.text(1) + " times", measured.median >= limit)


def at_most(limit: float, what: str, measured: Spread) -> Verdict:
    """Return the verdict on a ratio that is to be no more."""
    return Verdict(f"at most {limit:g} times {what}", measured.text() + " times", measured.median <= limit)


def at_most_mb(limit: float, what: str, measured: float) -> Verdict:
    """Return the verdict on an amount of memory that is to be no more."""
    return Verdict(f"at most {limit:g} MB {what}", f"{measured:.0f} MB", measured <= limit)
