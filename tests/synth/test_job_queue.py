"""A job that is at work lets no start get lost: who starts it asks for the queue, and the job may be queued at all."""

from __future__ import annotations

import ast
import json

from tests.synth.synthesized import ROOT, Stack

_START = "aws-sdk:glue:startJobRun"


def test_job_is_queued_and_so_never_retried(all_stacks: dict[str, Stack]) -> None:
    jobs = [job for stack in all_stacks.values() for job in stack.of_type("aws_glue_job").values()]
    assert jobs
    for job in jobs:
        assert job["execution_property"] == {"max_concurrent_runs": 1}
        assert job["job_run_queuing_enabled"] is True
        assert job["max_retries"] == 0
        assert job.get("execution_class", "STANDARD") == "STANDARD"


def test_schedule_asks_for_the_queue(all_stacks: dict[str, Stack]) -> None:
    targets = [
        schedule["target"]
        for stack in all_stacks.values()
        for schedule in stack.of_type("aws_scheduler_schedule").values()
    ]
    requests = [json.loads(target["input"]) for target in targets if target["arn"].endswith(_START)]
    assert requests
    assert {request.get("JobRunQueuingEnabled") for request in requests} == {True}


def test_trigger_cannot_ask_and_leaves_it_to_the_job(all_stacks: dict[str, Stack]) -> None:
    triggers = [each for stack in all_stacks.values() for each in stack.of_type("aws_glue_trigger").values()]
    assert {key for trigger in triggers for action in trigger["actions"] for key in action} == {"job_name"}


def test_every_program_that_starts_a_job_asks_for_the_queue() -> None:
    starts = [
        {keyword.arg: keyword.value for keyword in node.keywords}
        for room in ("ops", "tools", "glue_src", "lambda_src")
        for file in (ROOT / room).rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "start_job_run"
    ]
    assert starts
    for asked in starts:
        assert ast.literal_eval(asked["JobRunQueuingEnabled"]) is True
