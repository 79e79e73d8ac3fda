"""What turns measurements of the lake into claims, and the file that holds them."""

from __future__ import annotations

import re
from pathlib import Path

from bench.lake import report
from bench.lake.outputs import Content
from bench.lake.runner import DayFacts, LakeResults
from bench.lake.scans import NARROW_OF_A_WEEK, TEXT_OF_A_WEEK, Scan, Scans
from bench.lake.scenario import (
    ARROW,
    ARROW_TENFOLD,
    CONTENDERS,
    DAY,
    DEFAULT,
    PANDAS,
    SCANNED,
    SPARK,
    SPARK_COMPILED,
    TENFOLD,
    TUNED,
    LakeContender,
    lake_scenario,
)
from bench.lake.targets import times, verdicts
from bench.processes import Measurement
from bench.report import Machine
from bench.stats import Spread

BENCH = Path(report.__file__).parents[1]
SECONDS = {ARROW: 2.0, TUNED: 2.0, DEFAULT: 2.1, PANDAS: 5.0, SPARK: 9.0, SPARK_COMPILED: 7.0, ARROW_TENFOLD: 23.0}


def scans(text: float, narrow: float) -> Scans:
    shares = ((TEXT_OF_A_WEEK, text), (NARROW_OF_A_WEEK, narrow))
    spreads = ((title, share, Spread.of([share, share / 2, share * 2])) for title, share in shares)
    found = tuple(Scan(title, Spread.of([1.0]), spread, share) for title, share, spread in spreads)
    return Scans(70_000_000, 20_000, 30, found)


def results(seconds: dict[LakeContender, float]) -> LakeResults:
    contents = {"messages": Content(10, 1, 1)}
    measured = LakeResults(lake_scenario(quick=False), {day: DayFacts(300, contents) for day in (DAY, TENFOLD)})
    for contender, value in seconds.items():
        rounds = 1 if contender == ARROW_TENFOLD else 2
        measured.measurements[contender] = [Measurement(0.5, value, 500.0, {}, None)] * rounds
        measured.parquet_bytes[contender] = 70_000_000
        measured.scratch_bytes[contender] = 90_000_000
        if contender in SCANNED:
            measured.scans[contender] = scans(0.06 if contender == SPARK else 0.04, 0.001)
    return measured


def test_verdicts_on_the_lake() -> None:
    found = {verdict.promise: verdict.holds for verdict in verdicts(results(SECONDS))}

    assert list(found.values()) == [True, False, True, True, True, False, True, True, False, True]
    assert all("Spark" in promise for promise in list(found)[-2:])


def test_rounds_that_one_has_not_run_do_not_count() -> None:
    assert times(results(SECONDS), ARROW_TENFOLD, ARROW) == Spread(11.5, 11.5, 11.5)


def test_a_peer_that_was_not_measured_is_named_with_its_reason() -> None:
    measured = results({contender: value for contender, value in SECONDS.items() if contender != PANDAS})
    measured.failures[PANDAS] = "no memory"

    text = report.markdown(measured, Machine.here({"duckdb": "1"}), rounds=2)

    assert "| pandas | not measured |  |  |  |  |  |  | no memory |" in text
    assert "as fast as pandas" not in text
    assert "in turn with the others; 10 times the data,\n  2 times." in text


def structure(text: str) -> list[str]:
    """Headings, the first cells of tables and promises: what does not change with the figures."""
    rows = [line.split(" | ")[0] for line in text.splitlines() if re.match(r"#|\| ", line)]
    return [row for row in rows if not re.fullmatch(r"\| -+", row)]


def test_written_results_are_of_this_program() -> None:
    file = BENCH / "RESULTS-lake.md"
    fresh = report.markdown(results(SECONDS), Machine.here({}), rounds=5)
    written = structure(file.read_text(encoding="utf-8"))

    assert [line for line in structure(fresh) if line not in written] == []
    assert {contender.label for contender in CONTENDERS} <= {row.removeprefix("| ") for row in written}
