"""``python -m ops verify`` on deployed platforms: what is proven here, what is not, and that nothing is left of it.

It leaves runs of today behind, so this module comes after the ones that compare days.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pytest

from ops.exits import Exit
from ops.platform import Platform
from ops.tables import recorded_run
from ops.verify.alerts import topic_arn
from ops.verify.counting import countings
from ops.verify.leftovers import leftovers
from tests.integration.conftest import Run
from tests.integration.test_readme_and_runbook import as_run, run_block
from tests.integration.test_readme_deploys import STEPS
from tests.unit.ops.command import ROOT, ops
from tools.local.pipeline import run_transform_job

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tools.local.pipeline import Pipeline

NOT_PROVEN, PROVEN = "not proven here", "proven"
#: What the emulators' Athena, and their EventBridge, do not do.
NEITHER: Final = {"the views": NOT_PROVEN, "an arrival is undeliverable": NOT_PROVEN}


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


def verified(pipeline: Pipeline, page: Path, *words: str) -> dict[str, Any]:
    done = ops("verify", "--yes", "--json", "--output", str(page), *words, environment=variables_of(pipeline))
    assert "Traceback" not in done.stderr, done.stderr
    assert done.returncode in (Exit.WELL, Exit.ATTENTION), done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    assert json.loads(page.with_suffix(".json").read_text(encoding="utf-8")) == report
    assert (done.returncode == Exit.WELL) is report["well"]
    return report


def results(report: dict[str, Any]) -> dict[str, str]:
    return {outcome["check"]: outcome["result"] for outcome in report["outcomes"]}


def saw(report: dict[str, Any]) -> dict[str, str]:
    return {outcome["check"]: outcome["saw"] for outcome in report["outcomes"]}


@pytest.fixture
def arrow(arrow_with_key: Pipeline, monkeypatch: pytest.MonkeyPatch) -> Iterator[Platform]:
    with platform_of(arrow_with_key, monkeypatch) as platform:
        yield platform


@pytest.fixture
def spark(first_run: Run, monkeypatch: pytest.MonkeyPatch) -> Iterator[Platform]:
    with platform_of(first_run.pipeline, monkeypatch) as platform:
        yield platform


def test_a_verification_that_is_killed_hinders_no_other(
    arrow_with_key: Pipeline, arrow: Platform, tmp_path: Path
) -> None:
    command = (sys.executable, "-m", "ops", "verify", "--yes", "--output", str(tmp_path / "killed.html"))
    with subprocess.Popen(command, cwd=ROOT, env=variables_of(arrow_with_key), stderr=subprocess.PIPE) as killed:
        deadline = time.monotonic() + 120
        while not any(each.what.startswith("target") for each in leftovers(arrow)):
            assert time.monotonic() < deadline
            assert killed.poll() is None
            time.sleep(0.2)
        killed.send_signal(signal.SIGKILL)
    left = [leftover.what for leftover in leftovers(arrow)]
    assert [what.partition(" ")[0] for what in left] == ["target", "subscription", "queue"]

    page = tmp_path / "verify.html"
    asked = ops("verify", "--output", str(page), environment=variables_of(arrow_with_key))
    assert asked.returncode == Exit.NOT_CONFIRMED
    assert all(what in asked.stderr for what in left)
    assert "That is about $" in asked.stderr

    report = verified(arrow_with_key, page)
    said = saw(report)
    assert results(report) == {
        "ETL-1 fails": PROVEN,
        "ETL-2 fails": PROVEN,
        "a night": PROVEN,
        **NEITHER,
        "the same day again": PROVEN,
        "the state's lock": PROVEN,
    }, said
    assert "Athena did not answer" in said["the views"]
    assert "4 of 4 tables have the same rows, and none of those was written" in said["the same day again"]
    assert leftovers(arrow) == []
    assert "not proven here" in page.read_text(encoding="utf-8")


class AwsPart:
    """What AWS does and the emulator does not: run the Spark job, keep what a rule cannot deliver, and tell of it."""

    def __init__(self, pipeline: Pipeline, platform: Platform) -> None:
        self._pipeline, self._platform = pipeline, platform

    def take_arrival(self) -> None:
        """Take what arrives next."""
        self._pipeline.arrivals.wait(180)
        self._keep_undelivered()
        run_transform_job(self._pipeline.workspace)

    def _keep_undelivered(self) -> None:
        """EventBridge's message, by its user guide's "Considerations", and CloudWatch's."""
        platform, names = self._platform, self._platform.names
        url = platform.sqs.get_queue_url(QueueName=names.etl_dead_letters)["QueueUrl"]
        for target in platform.events.list_targets_by_rule(Rule=names.arrival_rule)["Targets"]:
            if target.get("DeadLetterConfig") and target["Arn"].endswith("-nowhere"):
                attributes = {"TARGET_ARN": target["Arn"], "ERROR_CODE": "NO_RESOURCE"}
                platform.sqs.send_message(
                    QueueUrl=url,
                    MessageBody=json.dumps({"detail": {"object": {"key": "some key"}}}),
                    MessageAttributes={
                        name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()
                    },
                )
        told = {"AlarmName": names.etl_alarm("dead-letters"), "NewStateValue": "ALARM"}
        platform.sns.publish(TopicArn=str(topic_arn(platform)), Message=json.dumps(told))


def test_with_spark_all_is_proven_that_can_be_played_here(first_run: Run, spark: Platform, tmp_path: Path) -> None:
    pipeline = first_run.pipeline
    url = spark.sqs.get_queue_url(QueueName=spark.names.etl_dead_letters)["QueueUrl"]
    spark.sqs.send_message(QueueUrl=url, MessageBody="somebody else's letter")
    aws, page = AwsPart(pipeline, spark), tmp_path / "verify.html"
    pipeline.arrivals.drain()
    command = (sys.executable, "-m", "ops", "verify", "--yes", "--json", "--output", str(page))
    with subprocess.Popen(
        command, cwd=ROOT, env=variables_of(pipeline), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as started:
        aws.take_arrival()
        aws.take_arrival()
        answer, errors = started.communicate(timeout=300)
    assert started.returncode == Exit.ATTENTION, errors
    report = json.loads(answer)
    said = saw(report)
    assert results(report) == {
        "ETL-1 fails": PROVEN,
        "ETL-2 fails": NOT_PROVEN,
        "a night": PROVEN,
        "the views": NOT_PROVEN,
        "the same day again": PROVEN,
        "the state's lock": PROVEN,
        "an arrival is undeliverable": PROVEN,
    }, said
    assert "had to fail, and is SUCCEEDED" in said["ETL-2 fails"]
    assert "NO_RESOURCE" in said["an arrival is undeliverable"]
    assert report["measured"], "what was used is measured"
    assert leftovers(spark) == []
    letters = spark.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1)["Messages"]
    assert [letter["Body"] for letter in letters] == ["somebody else's letter"]
    spark.sqs.purge_queue(QueueUrl=url)


def test_what_athena_is_asked_agrees_with_a_run_on_its_engine(first_run: Run, spark: Platform) -> None:
    recorded = recorded_run(spark)
    assert recorded is not None
    run = spark.clean_zone.complete_run(recorded.dt, recorded.run_id)
    asked = countings(spark.environment.contract)
    more = replace(run, objects=tuple(replace(each, rows=each.rows + 1) for each in run.objects))
    for counting in asked:
        (row,) = first_run.athena.query(counting.sql)[1]
        assert list(counting.faults(row, run)) == [], counting.source
        assert len(list(counting.faults(row, more))) == len(counting.expressions) > 0, counting.source


def test_the_page_asks_what_can_be_asked(arrow_with_key: Pipeline, tmp_path: Path) -> None:
    asked = {step.heading: step for step in STEPS if "python -m ops" in step.commands}
    assert asked.pop("Prove it").commands == "python -m ops verify --env test\n"
    assert list(asked) == ["Give it something to read", "Is everything in its place?"]
    for step in asked.values():
        run_block(step, as_run(step), variables_of(arrow_with_key), tmp_path)
