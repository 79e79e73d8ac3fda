"""``python -m ops verify`` on a deployed platform: what is proven here, what is not, and that nothing is left of it.

It leaves runs of today behind, so this module comes after the ones that compare days.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from ops.exits import Exit
from ops.platform import Platform
from ops.services import topic_arn
from ops.tables import recorded_run
from ops.verify.counting import countings
from ops.verify.leftovers import leftovers
from tests.integration.conftest import Run
from tests.integration.test_readme_and_runbook import as_run, run_block
from tests.integration.test_readme_deploys import STEPS
from tests.unit.ops.command import ROOT, ops
from tests.verification import NOT_PROVEN, PROVEN, results, saw, verified
from tools.local.pipeline import Pipeline

FOREIGN_LETTER = "somebody else's letter"


def variables_of(pipeline: Pipeline) -> dict[str, str]:
    workspace = pipeline.workspace
    return {
        **workspace.variables(),
        **pipeline.engines.variables(workspace.environment),
        "CAT_ENV": workspace.environment.name,
    }


@contextmanager
def platform_of(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> Iterator[Platform]:
    variables = variables_of(pipeline)
    for name in (name for name in variables if name.startswith("AWS_")):
        monkeypatch.setenv(name, variables[name])
    platform = Platform.named(variables["CAT_ENV"], variables)
    yield platform
    for client in vars(platform).values():
        if hasattr(client, "close"):
            client.close()


@pytest.fixture
def platform(arrow_with_key: Pipeline, monkeypatch: pytest.MonkeyPatch) -> Iterator[Platform]:
    with platform_of(arrow_with_key, monkeypatch) as platform:
        yield platform


def dead_letters_url(platform: Platform) -> str:
    return platform.sqs.get_queue_url(QueueName=platform.names.etl_dead_letters)["QueueUrl"]


def keep_undelivered(pipeline: Pipeline, platform: Platform) -> None:
    """What AWS does and the emulator does not: keep the next arrival for the target that is not there, and ring.

    The letter is EventBridge's by its user guide ("Using dead-letter queues"), the message CloudWatch's.
    """
    names = platform.names
    pipeline.arrivals.wait(300)
    for target in platform.events.list_targets_by_rule(Rule=names.arrival_rule)["Targets"]:
        if target["Arn"].endswith("-nowhere"):
            attributes = {"TARGET_ARN": target["Arn"], "ERROR_CODE": "NO_RESOURCE"}
            platform.sqs.send_message(
                QueueUrl=dead_letters_url(platform),
                MessageBody=json.dumps({"detail": {"object": {"key": "some key"}}}),
                MessageAttributes={
                    name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()
                },
            )
    told = {"AlarmName": names.etl_alarm("dead-letters"), "NewStateValue": "ALARM"}
    platform.sns.publish(TopicArn=str(topic_arn(platform)), Message=json.dumps(told))


def kill_a_verification(pipeline: Pipeline, platform: Platform, page: Path) -> None:
    """Begin one, and kill it when it has made all that it makes."""
    command = (sys.executable, "-m", "ops", "verify", "--yes", "--output", str(page))
    with subprocess.Popen(command, cwd=ROOT, env=variables_of(pipeline), stderr=subprocess.PIPE) as killed:
        deadline = time.monotonic() + 120
        while not any(each.what.startswith("target") for each in leftovers(platform)):
            assert time.monotonic() < deadline
            assert killed.poll() is None
            time.sleep(0.2)
        killed.send_signal(signal.SIGKILL)


def await_failures(platform: Platform, queue: str) -> None:
    """Wait until what a verification made fail has been tried for the last time: its queue then has both alerts.

    A retry meanwhile would keep the one instance of ETL-2's function from what an arrival starts.
    """
    url, deadline = platform.sqs.get_queue_url(QueueName=queue)["QueueUrl"], time.monotonic() + 300

    def letters() -> int:
        found = platform.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
        return int(found["Attributes"]["ApproximateNumberOfMessages"])

    while letters() < 2:
        assert time.monotonic() < deadline
        time.sleep(0.5)


def test_one_is_killed_the_next_proves_all_that_can_be_seen_here(
    arrow_with_key: Pipeline, platform: Platform, tmp_path: Path
) -> None:
    kill_a_verification(arrow_with_key, platform, tmp_path / "killed.html")
    left = [leftover.what for leftover in leftovers(platform)]
    assert [what.partition(" ")[0] for what in left] == ["target", "subscription", "queue"]
    await_failures(platform, left[2].removeprefix("queue "))
    asked = ops("verify", "--output", str(tmp_path / "no.html"), environment=variables_of(arrow_with_key))
    assert asked.returncode == Exit.NOT_CONFIRMED
    assert all(what in asked.stderr for what in (*left, "That is about $"))

    url = dead_letters_url(platform)
    platform.sqs.send_message(QueueUrl=url, MessageBody=FOREIGN_LETTER)
    arrow_with_key.arrivals.drain()
    page, aws = tmp_path / "verify.html", partial(keep_undelivered, arrow_with_key, platform)
    report = verified(variables_of(arrow_with_key), page, meanwhile=aws)
    said = saw(report)
    assert results(report) == {
        "ETL-1 fails": PROVEN,
        "ETL-2 fails": PROVEN,
        "a night": PROVEN,
        "the views": PROVEN,
        "the same day again": PROVEN,
        "the state's lock": PROVEN,
        "an arrival is undeliverable": PROVEN,
    }, said
    assert "dashboard_usuarios answered, and agree with run" in said["the views"]
    assert "4 of 4 tables have the same rows, and none of those was written" in said["the same day again"]
    assert "NO_RESOURCE" in said["an arrival is undeliverable"]
    assert report["measured"], "what was used is measured"
    assert NOT_PROVEN not in page.read_text(encoding="utf-8")

    assert leftovers(platform) == []
    letters = platform.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1)["Messages"]
    assert [letter["Body"] for letter in letters] == [FOREIGN_LETTER]
    platform.sqs.purge_queue(QueueUrl=url)


def test_the_page_asks_what_can_be_asked(arrow_with_key: Pipeline, tmp_path: Path) -> None:
    asked = {step.heading: step for step in STEPS if "python -m ops" in step.commands}
    assert asked.pop("Prove it").commands == "python -m ops verify --env test\n"
    assert list(asked) == ["Give it something to read", "Is everything in its place?"]
    for step in asked.values():
        run_block(step, as_run(step), variables_of(arrow_with_key), tmp_path)


def test_what_athena_is_asked_agrees_with_a_run_on_its_engine(first_run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with platform_of(first_run.pipeline, monkeypatch) as platform:
        recorded = recorded_run(platform)
        assert recorded is not None
        run = platform.clean_zone.complete_run(recorded.dt, recorded.run_id)
    more = replace(run, objects=tuple(replace(each, rows=each.rows + 1) for each in run.objects))
    for counting in countings(first_run.pipeline.environment.contract):
        (row,) = first_run.athena.query(counting.sql)[1]
        assert list(counting.faults(row, run)) == [], counting.source
        assert len(list(counting.faults(row, more))) == len(counting.expressions) > 0, counting.source
