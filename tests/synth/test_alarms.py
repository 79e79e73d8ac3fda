"""Which alarms there are; each tells the topic, names the runbook, and asks for what CloudWatch knows."""

from __future__ import annotations

import re

import pytest

from tests.synth.alarm_evaluation import HOUR
from tests.synth.alarms import ALARMS, ETL, NORMALIZE, alarm_of
from tests.synth.synthesized import ARROW_VARIANT, ROOT, Stack

_PARTS = ("normalize", "etl2")


@pytest.mark.parametrize("name", ALARMS)
def test_alarms_of_prod(all_stacks: dict[str, Stack], name: str) -> None:
    assert set(all_stacks[name].of_type("aws_cloudwatch_metric_alarm")) == ALARMS[name]


def test_alarms_without_a_schedule(stacks: dict[str, Stack]) -> None:
    of_the_schedule = {"dead_letters", "schedule_errors", "lost_schedules", "freshness"}
    for env in ("test", "local"):
        found = {part: set(stacks[f"cat-{env}-{part}"].of_type("aws_cloudwatch_metric_alarm")) for part in _PARTS}
        assert found == {"normalize": ALARMS[NORMALIZE] - of_the_schedule, "etl2": ALARMS[ETL] - {"freshness"}}


def test_every_alarm_tells_the_topic_and_names_the_runbook(stack: Stack) -> None:
    runbook = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
    topic = "${aws_sns_topic.alerts.arn}" if "normalize" in stack.name else "${data.aws_sns_topic.alerts.arn}"
    for address, alarm in stack.of_type("aws_cloudwatch_metric_alarm").items():
        assert alarm["alarm_name"].startswith(f"{stack.name}-"), address
        assert alarm["alarm_actions"] == [topic], address
        # Whether a quarantined run has been looked at, no metric knows.
        assert alarm.get("ok_actions") == (None if address == "data_checks" else [topic]), address
        heading = re.fullmatch(
            rf".+\. Type: python -m ops doctor --env {stack.env}\. See the runbook, ([^.]+)\.",
            alarm["alarm_description"],
        )
        assert heading, address
        assert f"\n## {heading[1]}\n" in runbook, heading[1]


def test_dimensions_are_those_of_resources(stack: Stack) -> None:
    for address, alarm in stack.of_type("aws_cloudwatch_metric_alarm").items():
        for name, value in alarm["dimensions"].items():
            assert value.startswith("${") or name == "environment", address


def test_period_is_one_that_cloudwatch_takes(stack: Stack) -> None:
    # PutMetricAlarm, Period: a day at most for periods below an hour, seven days for others.
    for alarm in stack.of_type("aws_cloudwatch_metric_alarm").values():
        window = alarm["period"] * alarm["evaluation_periods"]
        assert alarm["period"] % 60 == 0
        assert window <= (24 * HOUR if alarm["period"] < HOUR else 7 * 24 * HOUR)


@pytest.mark.parametrize(("name", "function"), [(NORMALIZE, "normalize"), (ARROW_VARIANT, "parquet")])
def test_duration_alarm_follows_the_timeout(all_stacks: dict[str, Stack], name: str, function: str) -> None:
    timeout = all_stacks[name][f"aws_lambda_function.{function}"]["timeout"]
    duration = alarm_of(all_stacks[name], "duration")
    assert timeout == 900
    assert duration["threshold"] == 720_000
    assert duration["statistic"] == "Maximum"


def test_function_of_one_call_at_a_time_may_keep_events_waiting(arrow_etl: Stack) -> None:
    # A second event is throttled until the first is done: that is how it is meant.
    assert arrow_etl["aws_lambda_function.parquet"]["reserved_concurrent_executions"] == 1
    keeps = arrow_etl["aws_lambda_function_event_invoke_config.parquet"]["maximum_event_age_in_seconds"]
    assert alarm_of(arrow_etl, "waiting")["threshold"] == keeps * 1000 / 2
