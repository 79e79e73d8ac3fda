"""The local platform's parts against the emulator alone, and the stand-in's way of failing."""

from __future__ import annotations

import io
import json
import os
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest

from envs.local import LOCAL
from envs.schema import ARROW_ENGINE, GLUE_ENGINE
from envs.selection import LOCAL_ENGINE_VARIABLE, LOCAL_TRANSFORM_VARIABLE
from tools.local.arrivals import listen
from tools.local.aws_environment import emulator_variables
from tools.local.engines import shell_variables
from tools.local.errors import ArrivalError, GlueJobError
from tools.local.glue_runs import JobLog, told_to_glue
from tools.local.glue_stand_in import DeployedJob, run_job
from tools.local.source_table import SourceTable
from tools.local.workspace import Workspace

RULE = "parts-rule"
ROLE = "arn:aws:iam::000000000000:role/parts"
WORKFLOW = "arn:aws:glue:us-east-1:000000000000:workflow/parts-workflow"


def items(count: int, keys: tuple[str, ...]) -> list[dict[str, Any]]:
    return [{**{key: {"S": f"{key}-{number}"} for key in keys}, "said": {"S": "a"}} for number in range(count)]


@pytest.mark.parametrize("keys", [("PK", "SK"), ("ticket_id",)], ids=len)
def test_table_is_made_to_hold_exactly_the_items(workspace: Workspace, keys: tuple[str, ...]) -> None:
    table = SourceTable(workspace.clients().dynamodb, f"parts-{len(keys)}-table", keys)
    table.ensure()
    table.ensure()
    assert table.load(items(60, keys))
    assert not table.load(items(60, keys))
    table.write([{**items(1, keys)[0], "Extra": {"BOOL": True}}])
    assert table.load(items(30, keys))
    assert sorted(map(in_order, table.scan())) == sorted(map(in_order, items(30, keys)))


def in_order(item: dict[str, Any]) -> str:
    return json.dumps(item, sort_keys=True)


def test_rule_that_is_not_deployed_is_told(workspace: Workspace) -> None:
    clients = workspace.clients()
    with pytest.raises(ArrivalError, match=r"no-rule should start w; its targets: none\. Deploy"):
        listen(clients.events, clients.sqs, "no-rule", "w")


def test_silent_rule_is_told_after_the_wait(workspace: Workspace) -> None:
    clients = workspace.clients()
    clients.events.put_rule(Name=RULE, EventPattern=json.dumps({"source": ["nobody"]}))
    clients.events.put_targets(Rule=RULE, Targets=[{"Id": "workflow", "Arn": WORKFLOW}])
    arrivals = listen(clients.events, clients.sqs, RULE, "workflow/parts-workflow")
    arrivals.drain()
    with pytest.raises(ArrivalError, match="reported no arrival within 0 s"):
        arrivals.wait(0.1)


def test_a_shell_is_told_the_engines_of_what_is_deployed(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    clients, names = workspace.clients(), workspace.environment.names
    # What the shell has from an earlier demo.
    monkeypatch.setenv(LOCAL_ENGINE_VARIABLE, GLUE_ENGINE)
    assert chosen_engines(workspace) == {}, "nothing is deployed"
    with monkeypatch.context() as pointed:
        for name, value in emulator_variables(workspace.emulator.endpoint_url()).items():
            pointed.setenv(name, value)
        iam = boto3.client("iam")
    role = iam.create_role(RoleName="parts", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("it.py", "")
    clients.lambda_.create_function(
        FunctionName=names.etl_function,
        Role=role,
        Runtime="python3.12",
        Handler="it.it",
        Code={"ZipFile": archive.getvalue()},
    )
    clients.glue.create_job(Name=names.normalize_job, Role=ROLE, Command={"Name": "glueetl"})
    try:
        assert chosen_engines(workspace) == {
            LOCAL_ENGINE_VARIABLE: GLUE_ENGINE,
            LOCAL_TRANSFORM_VARIABLE: ARROW_ENGINE,
        }
    finally:
        clients.lambda_.delete_function(FunctionName=names.etl_function)
        clients.glue.delete_job(JobName=names.normalize_job)


def chosen_engines(workspace: Workspace) -> dict[str, str]:
    told = shell_variables(workspace)
    return {name: told[name] for name in (LOCAL_ENGINE_VARIABLE, LOCAL_TRANSFORM_VARIABLE) if name in told}


def test_platform_goes_down_whole(tmp_path: Path) -> None:
    workspace = Workspace(LOCAL, tmp_path / "local")
    assert workspace.up()
    assert not workspace.up()
    workspace.clients().s3.list_buckets()
    assert workspace.down()
    assert not (tmp_path / "local").exists()
    assert not workspace.down()


def test_failing_job_is_told_with_its_last_words(workspace: Workspace, tmp_path: Path) -> None:
    s3 = workspace.clients().s3
    s3.create_bucket(Bucket="parts-code")
    s3.put_object(Bucket="parts-code", Key="job.py", Body=b"import sys\nsys.exit(f'no {sys.argv[1:]}')\n")
    s3.put_object(Bucket="parts-code", Key="library.zip", Body=b"PK\x05\x06" + bytes(18))
    job = DeployedJob(
        "parts", ROLE, "5.1", "s3://parts-code/job.py", ("s3://parts-code/library.zip",), {}, ("--bucket", "parts-code")
    )
    lines: list[str] = []
    with pytest.raises(GlueJobError, match=r"Glue job parts ended with status 1(?s:.*)no \['--bucket', 'parts-code'\]"):
        run_job(job, s3, os.environ, tmp_path / "log", lines.append)
    assert (tmp_path / "log").read_text().splitlines() == lines


def test_jobs_code_comes_from_its_archive_alone(workspace: Workspace, tmp_path: Path) -> None:
    s3 = workspace.clients().s3
    s3.create_bucket(Bucket="parts-bare")
    script = b"import importlib.util, sys\nsys.exit(str([importlib.util.find_spec(n) for n in ('modules', 'local')]))\n"
    s3.put_object(Bucket="parts-bare", Key="job.py", Body=script)
    s3.put_object(Bucket="parts-bare", Key="library.zip", Body=b"PK\x05\x06" + bytes(18))
    job = DeployedJob("bare", ROLE, "5.1", "s3://parts-bare/job.py", ("s3://parts-bare/library.zip",), {}, ())
    with pytest.raises(GlueJobError, match=r"\[None, None\]"):
        run_job(job, s3, os.environ, tmp_path / "log", lambda _: None)


def test_glue_is_told_of_a_run_beside_it_and_announces_its_failure(workspace: Workspace) -> None:
    clients = workspace.clients()
    clients.glue.create_job(
        Name="told", Role=ROLE, Command={"Name": "glueetl", "ScriptLocation": "s3://parts-told/job.py"}
    )
    clients.events.put_rule(
        Name="told", EventPattern=json.dumps({"source": ["aws.glue"], "detail": {"jobName": ["told"]}})
    )
    url = clients.sqs.create_queue(QueueName="told")["QueueUrl"]
    (queue,) = clients.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"].values()
    clients.events.put_targets(Rule="told", Targets=[{"Id": "told", "Arn": queue}])
    clients.logs.create_log_group(logGroupName="/told/output")

    def states() -> list[tuple[str, str]]:
        runs = clients.glue.get_job_runs(JobName="told")["JobRuns"]
        return [(run["JobRunState"], run["ErrorMessage"]) for run in runs]

    job = DeployedJob("told", ROLE, "5.1", "s3://parts-told/job.py", (), {}, ("--JOB_RUN_ID", "jr_1"))
    said = 'it "failed"\nbadly'

    def fail() -> None:
        with told_to_glue(clients.glue, job):
            assert states() == [("RUNNING", "")]
            raise GlueJobError(said)

    with pytest.raises(GlueJobError):
        fail()
    assert states() == [("FAILED", said)]
    with told_to_glue(clients.glue, replace(job, arguments=("--JOB_RUN_ID", "jr_2"))):
        log = JobLog(clients.logs, "/told", job)
        for line in ("first", "", "last"):
            log.line(line)
    assert [state for state, _ in states()] == ["SUCCEEDED", "FAILED"]
    (message,) = clients.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=2)["Messages"]
    event = json.loads(message["Body"])
    assert (event["detail-type"], event["detail"]["state"]) == ("Glue Job State Change", "FAILED")
    events = clients.logs.get_log_events(logGroupName="/told/output", logStreamName="jr_1")["events"]
    assert [each["message"] for each in events] == ["first", "last"]
