"""Statistics, checks and verdicts: what turns measurements into claims."""

from __future__ import annotations

import re

import pytest

from lambda_src.parallelism import choose
from tools.bench import report
from tools.bench.contenders.task import ONE_PROCESSOR, TWO_PROCESSORS
from tools.bench.processes import Measurement, MeasurementError
from tools.bench.runner import Results, check_rows
from tools.bench.scenarios import (
    CLIENT,
    FLOOR,
    ITEMS,
    OURS,
    OURS_CLEAN,
    OURS_EIGHT,
    OURS_FOUR,
    OURS_SMALL,
    OURS_TWO,
    OURS_TWO_CLEAN,
    OURS_TWO_EIGHT,
    RESOURCE,
    WRANGLER,
    Contender,
    scenarios,
)
from tools.bench.stats import Spread, ratio
from tools.bench.targets import verdicts

FACTS = {"items": 10, "known": {"conversations": 7, "rejected": 3}, "pages": 1, "body_bytes": 5_000_000}
MEAN_ITEM_BYTES = 2_000
PEERS, LARGE, LATENCY = scenarios(1_000, quick=False)


def measurement(seconds: float, peak: float = 100.0, **rows: int) -> Measurement:
    return Measurement(0.5, seconds, peak, rows or {"scanned": 10}, None)


def results(*seconds: tuple[Contender, list[float]]) -> Results:
    measurements = {contender: [measurement(value) for value in values] for contender, values in seconds}
    return Results(PEERS, {"mixed": FACTS, "clean": FACTS}, measurements)


def test_a_spread_is_a_median_between_extremes() -> None:
    assert Spread.of([5.0, 1.0, 2.0]) == Spread(2.0, 1.0, 5.0)
    assert Spread.of([1.0, 2.0]).text(1) == "1.5 (1.0 to 2.0)"
    with pytest.raises(ValueError, match="no value"):
        Spread.of([])


def test_ratios_are_taken_round_by_round() -> None:
    assert ratio([2.0, 30.0, 4.0], [1.0, 10.0, 4.0]) == Spread(2.0, 1.0, 3.0)
    with pytest.raises(ValueError, match="shorter"):
        ratio([1.0, 2.0], [1.0])


def test_whoever_does_less_is_found_out() -> None:
    check_rows(CLIENT, measurement(1, scanned=10), FACTS)
    check_rows(OURS, measurement(1, scanned=10, conversations=7, rejected=3), FACTS)
    for contender, rows in ((CLIENT, {"scanned": 9}), (OURS, {"scanned": 10}), (OURS, {"conversations": 7})):
        with pytest.raises(MeasurementError, match=re.escape(contender.label)):
            check_rows(contender, measurement(1, **rows), FACTS)


def test_verdicts_compare_ours_with_peers_on_the_same_items() -> None:
    measured = results(
        (OURS, [1.0]),
        (OURS_CLEAN, [2.0]),
        (OURS_TWO, [0.5]),
        (OURS_TWO_CLEAN, [1.5]),
        (RESOURCE, [9.0]),
        (WRANGLER, [9.0]),
    )

    assert [(verdict.promise[-14:], verdict.measured, verdict.holds) for verdict in verdicts({"peers": measured})] == [
        ("on 1 processor", "4.5 (4.5 to 4.5) times", False),
        ("on 1 processor", "9.0 (9.0 to 9.0) times", True),
        ("n 2 processors", "6.0 (6.0 to 6.0) times", False),
        ("n 2 processors", "18.0 (18.0 to 18.0) times", True),
    ]


def test_verdicts_on_memory_compare_the_two_sizes() -> None:
    measurements = {
        OURS: [measurement(18.0, 140.0)],
        OURS_SMALL: [measurement(1.0, 109.0)],
        OURS_TWO: [measurement(19.0, 300.0)],
        OURS_FOUR: [measurement(18.0, 257.0)],
        FLOOR: [measurement(10.0)],
    }
    large = Results(LARGE, {}, measurements)

    assert [verdict.holds for verdict in verdicts({"large": large})] == [True, False, True, False, False]


def test_verdicts_on_latency_compare_with_one_segment() -> None:
    measurements = {OURS: [measurement(8.0)], OURS_EIGHT: [measurement(2.1)], OURS_TWO_EIGHT: [measurement(2.0)]}

    assert [verdict.holds for verdict in verdicts({"latency": Results(LATENCY, {}, measurements)})] == [False, True]


def test_the_report_tells_what_was_not_measured_and_why() -> None:
    measured = results(*((contender, [1.0, 2.0]) for contender in PEERS.contenders if contender != WRANGLER))
    measured.failures[WRANGLER] = "no network"

    text = report.markdown({"peers": measured}, report.Machine.here({"boto3": "1"}), rounds=2)

    assert "| awswrangler, clean items | not measured |  |  |  | no network |" in text
    assert "Every program runs in a fresh process, 2 times" in text
    assert "**no**" in text


def test_every_contender_finds_its_table_in_its_segments() -> None:
    for scenario in (PEERS, LARGE, LATENCY):
        for contender in scenario.contenders:
            assert contender.segments in scenario.tables[contender.table]["segment_counts"], contender.label


def test_a_function_of_that_memory_would_have_as_many_processes() -> None:
    for memory, processes in ((ONE_PROCESSOR, 1), (TWO_PROCESSORS, 2)):
        chosen = choose(ITEMS * MEAN_ITEM_BYTES, memory, processors=6, configured_segments=2)
        assert chosen.processes == processes
