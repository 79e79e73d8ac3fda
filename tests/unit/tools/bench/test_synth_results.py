"""What turns measurements of a synth into claims, and the file that holds them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.tools.bench.test_lake_results import structure
from tools.bench.processes import MeasurementError
from tools.bench.report import Machine
from tools.bench.synth import report
from tools.bench.synth.runner import SynthMeasurement, SynthResults, check_documents
from tools.bench.synth.scenario import AS_IT_COMES, CONTENDERS, LAZY_PYTHON, OURS, OURS_ONE

BENCH = Path(report.__file__).parents[1]
DOCUMENTS = {"stacks/cat-test-etl2/cdk.tf.json": b"1", "stacks/cat-prod-etl2/cdk.tf.json": b"2"}


def results(ours: float, as_it_comes: float) -> SynthResults:
    seconds = {OURS: ours, AS_IT_COMES: as_it_comes, LAZY_PYTHON: ours * 2, OURS_ONE: ours / 2}
    measurements = {contender: [SynthMeasurement(value, value + 1)] * 2 for contender, value in seconds.items()}
    return SynthResults(measurements, dict.fromkeys(CONTENDERS, 4))


@pytest.mark.parametrize(("as_it_comes", "holds"), [(16.0, True), (15.9, False)])
def test_verdict_compares_with_the_bindings_as_they_come(as_it_comes: float, holds: bool) -> None:
    (verdict,) = report.verdicts(results(4.0, as_it_comes))

    assert verdict.holds is holds
    assert verdict.promise == "at most 0.25 times the time with bindings as they come"


def test_table_has_ratios_to_ours() -> None:
    text = report.markdown(results(4.0, 20.0), Machine.here({}), rounds=2)

    row = "| bindings as they come | 4 | 5.00 (5.00 to 5.00) | 20.00 (20.00 to 20.00) | 21.00 (21.00 to 21.00) |"
    assert row in text.splitlines()
    assert "in a fresh process, 2 times" in text


def test_whoever_writes_something_else_is_found_out() -> None:
    (of_test, *_) = DOCUMENTS.items()
    check_documents(AS_IT_COMES, DOCUMENTS, DOCUMENTS)
    check_documents(OURS_ONE, dict([of_test]), DOCUMENTS)
    for contender, documents in ((AS_IT_COMES, dict([of_test])), (OURS_ONE, DOCUMENTS), (OURS_ONE, {})):
        with pytest.raises(MeasurementError, match=contender.label):
            check_documents(contender, documents, DOCUMENTS)
    with pytest.raises(MeasurementError, match="ours wrote"):
        check_documents(OURS, {}, {})


def test_written_results_are_of_this_program() -> None:
    file = BENCH / "RESULTS-synth.md"
    fresh = report.markdown(results(4.0, 20.0), Machine.here({}), rounds=5)
    written = structure(file.read_text(encoding="utf-8"))

    assert written == structure(fresh)
