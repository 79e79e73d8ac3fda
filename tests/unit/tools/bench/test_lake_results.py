"""What turns measurements of the lake into claims, and the file that holds them."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from contract.sources.catia import CONTRACT
from tools.bench.lake import report
from tools.bench.lake.nights import CHANGES, FIRST, GROWN, REBUILT, UNCHANGED, Change, Night
from tools.bench.lake.queries import Reading
from tools.bench.lake.rates import rates
from tools.bench.lake.runner import LakeResults
from tools.bench.lake.scenario import ASKED, CONTENDERS, DUCKDB, IN_PROCESS, SPARK_WARM, LakeContender, lake_scenario
from tools.bench.lake.targets import ratio_of, seconds, verdicts
from tools.bench.lake.task import NightMeasurement, Traffic
from tools.bench.lake.year import Stored, YearResults
from tools.bench.report import Machine
from tools.bench.stats import Spread

BENCH = Path(report.__file__).parents[1]
MB = 1_000_000
WRITTEN = {FIRST: 80 * MB, UNCHANGED: 0, GROWN: 7 * MB, REBUILT: 80 * MB}
YEAR = YearResults(365, 65, 50, 30 * MB, 10 * MB, Stored(20 * MB, 0, 0), Stored(11 * MB, 0, 0), 31, Traffic())


def measurement(change: Change, took: float, peak: float = 300.0) -> NightMeasurement:
    read = 0 if change == UNCHANGED else 300 * MB
    traffic = Traffic(csv_read=read, data_written=WRITTEN.get(change, 50 * MB), writes=30, reads=60)
    return NightMeasurement(took, peak, traffic, 0 if change == UNCHANGED else 4)


@pytest.fixture
def results() -> LakeResults:
    found = LakeResults(lake_scenario(quick=False), year=YEAR)
    for change in CHANGES:
        found.nights.append(Night(change, f"clean/{change.name}/", 300 * MB, {}, {"messages": 930_000}))
    for contender in CONTENDERS:
        found.starts[contender] = [0.5, 0.6]
        for change in contender.nights:
            took = {GROWN: 1.0, UNCHANGED: 0.2}.get(change, 3.0)
            found.measurements[contender, change] = [measurement(change, took), measurement(change, 2 * took)]
    found.measurements[DUCKDB, FIRST] = [measurement(FIRST, 2.5, 900.0), measurement(FIRST, 4.0, 900.0)]
    found.scratch_bytes[IN_PROCESS] = 360 * MB
    found.column_bytes = {(dataset.name, name): MB for dataset in CONTRACT.datasets for name in dataset.column_names}
    found.readings = {contender: [Reading("How many?", MB, 80 * MB)] for contender in ASKED}
    return found


def missed(results: LakeResults) -> list[str]:
    return [one.promise for one in verdicts(results) if not one.holds]


def test_goals_that_are_met(results: LakeResults) -> None:
    assert missed(results) == [
        "at most 3: bytes stored after 365 nights, times the current tables', with noncurrent versions"
    ]


@pytest.mark.parametrize(
    ("contender", "change", "other", "goal"),
    [
        (IN_PROCESS, UNCHANGED, {"traffic": Traffic(csv_read=1)}, "an unchanged night"),
        (SPARK_WARM, UNCHANGED, {"traffic": Traffic(data_written=1)}, "an unchanged night"),
        (SPARK_WARM, UNCHANGED, {"commits": 1}, "an unchanged night"),
        (
            SPARK_WARM,
            GROWN,
            {"traffic": Traffic(data_written=9 * MB)},
            "bytes of a full rewrite's",
        ),
        (IN_PROCESS, GROWN, {"seconds": 3.0}, "time of a full rewrite's; ours, in-process"),
        (IN_PROCESS, FIRST, {"seconds": 9.0}, "first load: time"),
        (IN_PROCESS, FIRST, {"peak_mb": 600.0}, "first load: memory"),
    ],
)
def test_a_goal_that_is_missed(
    contender: LakeContender, change: Change, other: dict[str, Any], goal: str, results: LakeResults
) -> None:
    rounds = results.measurements[contender, change]
    rounds[:] = [replace(one, **other) for one in rounds]

    assert any(goal in promise and contender.label in promise for promise in missed(results))


def test_rounds_that_one_has_not_run_do_not_count(results: LakeResults) -> None:
    results.measurements[DUCKDB, FIRST].pop()

    assert ratio_of(results, seconds, (IN_PROCESS, FIRST), (DUCKDB, FIRST)) == Spread(1.2, 1.2, 1.2)
    assert ratio_of(results, seconds, (IN_PROCESS, FIRST), (DUCKDB, GROWN)) is None


def test_a_peer_that_was_not_measured_is_named_with_its_reason(results: LakeResults) -> None:
    del results.measurements[DUCKDB, FIRST]
    results.failures[DUCKDB] = "no memory"

    text = report.markdown(results, Machine.here({"duckdb": "1"}), rounds=2)

    assert f"| {DUCKDB.label} | not measured |  |  |  |  |  | no memory |" in text
    assert "first load: time" not in text


def test_rates_solve_two_nights(results: LakeResults) -> None:
    for contender in (IN_PROCESS, SPARK_WARM):
        # 1 s to look through 300 MB and 0.01 s a MB to write: 27 MB of them are changed where 7 of 80 MB were written.
        for change, took in ((UNCHANGED, 0.5), (GROWN, 1.5 + 0.2625), (FIRST, 1.5 + 3.0)):
            results.measurements[contender, change] = [measurement(change, took)]
    found = dict(rates(results))

    assert found["Arrow: CSV looked through, MB per second and vCPU"] == 140
    assert found["Spark: CSV of changed partitions, MB per second and task"] == 47
    assert found["Parquet, ratio of the CSV"] == 0.27
    assert found["Arrow: `/tmp`, times the changed CSV"] == 1.2
    assert found["`sender` and `sent_at`, ratio of the Parquet"] == round(
        2 / sum(len(each.columns) for each in CONTRACT.datasets), 3
    )


def structure(text: str) -> list[str]:
    """Headings, the first cells of tables and goals: what does not change with the figures."""
    rows = [line.split(" | ")[0] for line in text.splitlines() if re.match(r"#|\| ", line)]
    return [row for row in rows if not re.fullmatch(r"\| -+", row) and row != "| How many?"]


def test_written_results_are_of_this_program(results: LakeResults) -> None:
    fresh = structure(report.markdown(results, Machine.here({}), rounds=5))
    written = structure((BENCH / "RESULTS-lake.md").read_text(encoding="utf-8"))

    assert [line for line in fresh if line not in written] == []
