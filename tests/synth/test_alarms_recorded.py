"""Alarms over recorded data, evaluated as CloudWatch does: missing data, dimensions, periods, and what comes late."""

from __future__ import annotations

import pytest

from contract.metrics import CurationMetric, RunMetric
from tests.synth.alarm_evaluation import HOUR, Sample, state, state_of
from tests.synth.alarms import ETL, NORMALIZE, OF_A_FUNCTION, alarm_of
from tests.synth.synthesized import Stack

#: Of CloudWatch's guide ("How alarm state is evaluated when data is missing"), oldest first: 0 is healthy, X breaches.
GUIDE = [
    (3, "0-X-X", "OK", "OK"),
    (3, "0----", "OK", "OK"),
    (3, "-----", "ALARM", "OK"),
    (3, "0XX-X", "ALARM", "ALARM"),
    (3, "--X--", "ALARM", "OK"),
    (2, "0-X-X", "ALARM", "ALARM"),
    (2, "00X0X", "ALARM", "ALARM"),
    (2, "0-X--", "ALARM", "OK"),
    (2, "----0", "ALARM", "OK"),
    (2, "---X-", "ALARM", "OK"),
]


@pytest.mark.parametrize(("datapoints", "recorded", "breaching", "not_breaching"), GUIDE)
def test_evaluation_is_that_of_the_guide(datapoints: int, recorded: str, breaching: str, not_breaching: str) -> None:
    values = [{"0": 0.0, "X": 1.0, "-": None}[sign] for sign in reversed(recorded)]
    alarm = {"comparison_operator": "GreaterThanThreshold", "threshold": 0, "evaluation_periods": 3}
    for treatment, expected in (("breaching", breaching), ("notBreaching", not_breaching)):
        asked = {**alarm, "datapoints_to_alarm": datapoints, "treat_missing_data": treatment}
        assert state_of(asked, values) == expected, treatment


#: When runs ended, in hours: on time, on time, late after two retries, on time, and then none until somebody looked.
ENDED = [4.6, 28.6, 30.4 + 24, 76.6, 76.6 + 45]
PROD = {"environment": "prod"}


@pytest.mark.parametrize("extra", [0, 2, 5])
@pytest.mark.parametrize(
    ("name", "metric"), [(NORMALIZE, RunMetric.RUN_SUCCEEDED), (ETL, CurationMetric.RECORDED_RUNS)]
)
def test_freshness(all_stacks: dict[str, Stack], name: str, metric: str, extra: int) -> None:
    alarm = alarm_of(all_stacks[name], "freshness")
    samples = [Sample(metric, hour * HOUR, 1, PROD) for hour in ENDED]
    hours = range(5 + 2, int(ENDED[-1]) + 3)
    rings = [hour for hour in hours if state(alarm, samples, hour * HOUR + 180, extra) == "ALARM"]
    silent_from, ended = ENDED[-2], ENDED[-1]
    # 26 hours and what CloudWatch looks back further; it looks once an hour, up to the hour.
    assert 26 <= rings[0] - silent_from <= 27 + extra
    assert rings == list(range(rings[0], int(ended) + 1)), "it ends with the next whole hour after the run"


def test_a_run_that_is_not_recorded_is_no_fresh_data(all_stacks: dict[str, Stack]) -> None:
    alarm = alarm_of(all_stacks[ETL], "freshness")
    idle = [Sample(CurationMetric.RECORDED_RUNS, hour * HOUR, 0, PROD) for hour in range(0, 100, 6)]
    assert state(alarm, idle, 100 * HOUR) == "ALARM"


def test_another_environments_runs_are_no_fresh_data(all_stacks: dict[str, Stack]) -> None:
    alarm = alarm_of(all_stacks[NORMALIZE], "freshness")
    others = [Sample(RunMetric.RUN_SUCCEEDED, hour * HOUR, 1, {"environment": "test"}) for hour in range(100)]
    assert state(alarm, others, 100 * HOUR) == "ALARM"


@pytest.mark.parametrize("address", sorted(OF_A_FUNCTION))
def test_longest_call_is_seen_though_it_counts_for_when_it_began(prod_normalize: Stack, address: str) -> None:
    alarm = alarm_of(prod_normalize, address)
    began, ended = 1_000_000.0, 1_000_000.0 + 900
    failed = [Sample(alarm["metric_name"], began, alarm["threshold"], alarm["dimensions"], seen=ended)]
    minutes = [ended + 60 * minute for minute in range(-15, 30)]
    rings = [minute for minute in minutes if state(alarm, failed, minute, extra=0) == "ALARM"]
    assert rings[0] == ended
    assert state({**alarm, "evaluation_periods": 1}, failed, ended, extra=0) == "OK", "one period would miss it"
