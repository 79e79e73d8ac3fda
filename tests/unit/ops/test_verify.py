"""Verification apart from AWS: what counts as proven, what Athena is asked, and what the report says."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from awsglue.utils import getResolvedOptions

from contract.sources.catia import CONTRACT
from contract.sources.tickets import CONTRACT as TICKETS
from envs.prod import PROD
from envs.schema import Environment
from envs.test import TEST
from glue_src.exceptions import TableMetadataError
from ops.engines import extract_engine, transform_engine
from ops.exits import Exit, OpsError
from ops.platform import Platform
from ops.prices import LIST_PRICES
from ops.verify.alerts import AlertQueue, queue_policy, text_of
from ops.verify.checking import Check, outcomes_of
from ops.verify.counting import countings
from ops.verify.expenses import engine_cost
from ops.verify.failures import refused_event
from ops.verify.nights import unchanged
from ops.verify.outcomes import DisprovedError, NotSeenError, Outcome, Result
from ops.verify.page import page
from ops.verify.report import Report
from ops.verify.scene import Scene
from ops.verify.undelivered import tells_of_alarm, undeliverable
from tests.unit.ops.runs import run

AT = datetime(2026, 1, 31, 5, tzinfo=UTC)
HOSTILE = "<script>alert('x')</script> & \x1b[31m"


class Silent:
    def line(self, line: Any) -> None: ...

    def beat(self, doing: str) -> None: ...


def platform_of(environment: Environment, *, elsewhere: bool = False) -> Platform:
    provider = replace(environment.provider, custom_endpoint=elsewhere)
    return Platform(replace(environment, provider=provider), boto3.Session(region_name="us-east-1"))


def scene_on(*, elsewhere: bool, seconds: float = 60) -> Scene:
    platform = platform_of(TEST, elsewhere=elsewhere)
    alerts = AlertQueue(platform, "url")
    return Scene(platform, "0a1b2c3d", AT, time.monotonic() + seconds, Silent(), alerts)


def raising(error: Exception) -> Callable[[Scene], str]:
    def look(_: Scene) -> str:
        raise error

    return look


@pytest.mark.parametrize(
    ("look", "on_aws", "elsewhere"),
    [
        (lambda _: "seen", Result.PROVEN, Result.PROVEN),
        (raising(NotSeenError("nothing")), Result.FAILED, Result.NOT_PROVEN),
        (raising(DisprovedError("wrong")), Result.FAILED, Result.FAILED),
        (raising(OpsError(Exit.ATTENTION, "it failed", "mend it")), Result.FAILED, Result.FAILED),
        (raising(TableMetadataError("messages", "s3://a/b", "is missing")), Result.FAILED, Result.FAILED),
    ],
)
def test_only_what_did_not_come_from_another_endpoint_is_not_proven(
    look: Callable[[Scene], str], on_aws: Result, elsewhere: Result
) -> None:
    check = Check("a check", "something", look)
    for other, wanted in ((False, on_aws), (True, elsewhere)):
        first, second = outcomes_of([check, Check("the next", "more", lambda _: "seen")], scene_on(elsewhere=other))
        assert (first.result, second.result) == (wanted, Result.PROVEN)
        assert first.saw


def test_what_cannot_begin_does_not_look() -> None:
    looked: list[str] = []
    check = Check("a check", "x", lambda _: str(looked.append("looked")), raising(DisprovedError("cannot begin")))  # type: ignore[arg-type, func-returns-value]
    (outcome,) = outcomes_of([check], scene_on(elsewhere=False))
    assert (outcome.result, outcome.saw, looked) == (Result.FAILED, "cannot begin", [])


def test_aws_is_waited_for_longer_than_another_endpoint_but_never_longer_than_allowed() -> None:
    assert scene_on(elsewhere=False, seconds=7200).patience > scene_on(elsewhere=True, seconds=7200).patience
    # Lambda's waits before its second and third try; SQS's minute before it measures, and the alarm's period.
    assert scene_on(elsewhere=False, seconds=7200).patience > max(60 + 120, 60 + 300)
    assert scene_on(elsewhere=False, seconds=3).patience <= 3
    assert scene_on(elsewhere=False, seconds=-3).patience == 0


def test_a_bug_of_ours_is_no_outcome() -> None:
    with pytest.raises(ZeroDivisionError):
        outcomes_of([Check("a check", "x", raising(ZeroDivisionError()))], scene_on(elsewhere=True))


def test_tables_and_views_are_asked_for_what_a_run_counts() -> None:
    asked = {counting.source: counting for counting in countings(CONTRACT)}
    assert list(asked) == [
        "messages", "feedback", "rejected", "conversations", "feedback_in_context", "dashboard_usuarios",
    ]  # fmt: skip
    users = asked["dashboard_usuarios"]
    assert users.sql == (
        "SELECT coalesce(sum(numero_conversaciones), 0), coalesce(sum(numero_feedback), 0) FROM dashboard_usuarios"
    )
    assert list(users.faults(("600", "300"), run())) == []
    assert list(users.faults((600, 299), run())) == [
        "sum(numero_feedback) of dashboard_usuarios is 299, the run has 300 feedback"
    ]
    assert [counting.source for counting in countings(TICKETS)] == ["replies", "rejected", "tickets"]


def test_runs_with_equal_sums_wrote_the_same_rows() -> None:
    one, other = run(1), run(2)
    assert unchanged(one, other) == {"messages", "feedback", "rejected", "conversations"}
    sums: Any = {"2026-01": {"rows": 1, "sum": 2}}
    changed = replace(other, objects=(replace(other.objects[0], partitions=sums), *other.objects[1:]))
    assert unchanged(one, changed) == {"feedback", "rejected", "conversations"}


def test_each_engine_gets_what_it_refuses() -> None:
    platform = platform_of(TEST)
    assert refused_event(extract_engine(platform), "0a1b2c3d") == {"dt": "verify-0a1b2c3d"}
    assert refused_event(transform_engine(platform), "0a1b2c3d") == {"rebuild": "verify-0a1b2c3d"}


def test_alerts_are_told_apart() -> None:
    alarm = TEST.names.etl_alarm("dead-letters")
    told = {"AlarmName": alarm, "NewStateValue": "ALARM"}
    assert tells_of_alarm(json.dumps(told), alarm)
    for other in ({**told, "NewStateValue": "OK"}, {**told, "AlarmName": "another"}, ["ALARM", alarm]):
        assert not tells_of_alarm(json.dumps(other), alarm)
    assert not tells_of_alarm(f'Glue job said "{alarm}"', alarm)
    assert text_of(json.dumps({"Type": "Notification", "Message": 'a "quoted" text'})) == 'a "quoted" text'


def test_only_the_topic_may_send_and_the_target_leads_nowhere() -> None:
    (statement,) = json.loads(queue_policy("arn:queue", "arn:topic"))["Statement"]
    assert statement["Principal"] == {"Service": "sns.amazonaws.com"}
    assert statement["Condition"] == {"ArnEquals": {"aws:SourceArn": "arn:topic"}}
    target = undeliverable("cat-test-verify-0a", "arn:aws:sqs:us-east-1:1:cat-test-etl2-dead-letters")
    assert target["Arn"] == "arn:aws:sqs:us-east-1:1:cat-test-verify-0a-nowhere"
    assert target["DeadLetterConfig"] == {"Arn": "arn:aws:sqs:us-east-1:1:cat-test-etl2-dead-letters"}
    assert target["RetryPolicy"] == {"MaximumRetryAttempts": 0, "MaximumEventAgeInSeconds": 60}


def test_test_stays_below_the_promised_price_with_runs_of_five_minutes() -> None:
    platform = platform_of(TEST)
    costs = [engine_cost(platform, engine, 300) for engine in (extract_engine(platform), transform_engine(platform))]
    assert sum(cost.dollars for cost in costs) < 0.5
    job = TEST.etl.glue
    wanted = (2 * 300 + 60) * job.processing_units
    assert (costs[1].usage, costs[1].dollars) == pytest.approx((wanted, wanted / 3600 * LIST_PRICES.glue_dpu_hour))
    assert engine_cost(platform_of(PROD), transform_engine(platform_of(PROD)), 300).dollars > costs[1].dollars


def report(*results: Result, endpoint: str = "") -> Report:
    outcomes = tuple(Outcome(HOSTILE, "proves", result, HOSTILE, 1.0) for result in results)
    ended = AT + timedelta(minutes=12)
    costs = (LIST_PRICES.glue("ETL-2 (Glue)", 600, "runs: 3"),)
    return Report("test", "account", "us-east-1", endpoint, AT, ended, outcomes, costs, costs)


def test_what_is_not_proven_is_not_well() -> None:
    assert report(Result.PROVEN, Result.PROVEN).well
    assert not report(Result.PROVEN, Result.NOT_PROVEN).well
    assert not report(Result.PROVEN, Result.FAILED).well
    three = report(Result.PROVEN, Result.NOT_PROVEN, Result.FAILED, endpoint="http://elsewhere")
    assert three.verdict == "3 checks in 12.0 minutes: 1 proven, 1 failed, 1 not proven here"
    assert three.where == "account account, us-east-1, http://elsewhere: not AWS"


def test_page_says_all_and_takes_nothing_for_markup() -> None:
    text = page(report(Result.PROVEN, Result.NOT_PROVEN, Result.FAILED))
    assert all(f"<strong>{word}</strong>" in text for word in ("proven", "not proven here", "failed", "Not proven"))
    assert "<script" not in text
    assert "\x1b" not in text
    assert "&lt;script&gt;" in text
    assert "$0.073333" in text
    assert "<strong>Proven</strong>" in page(report(Result.PROVEN))


def test_glue_passes_over_arguments_that_nobody_asks_for() -> None:
    assert getResolvedOptions(["job.py", "--bucket", "a", "--no-such-argument", "b"], ["bucket"])["bucket"] == "a"


def test_what_is_made_is_found_by_its_beginning_and_has_a_name_of_its_own() -> None:
    names = TEST.names
    one, other = names.verification("0a1b2c3d"), names.verification("4e5f6071")
    assert one != other
    assert all(name.startswith(names.verification()) for name in (one, other))
    deployed = (names.etl_dead_letters, names.normalize_dead_letters, names.alerts_topic, names.normalize_stack)
    assert not any(name.startswith(names.verification()) for name in deployed)
