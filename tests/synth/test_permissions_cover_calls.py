"""What the programs ask of AWS must be what their roles allow: the emulator checks no IAM, so this does."""

from __future__ import annotations

import ast
from dataclasses import dataclass

import pytest

from tests.synth.synthesized import ARROW_VARIANT, GLUE_VARIANT, ROOT, Stack

#: Client method → the actions that AWS checks for it (Service Authorization Reference). One dictionary for all
#: programs: whoever calls a new method finds the test failing here, and adds the method and the permission.
ACTIONS = {
    "put_metric_data": {"cloudwatch:PutMetricData"},
    "put_events": {"events:PutEvents"},
    "describe_table": {"dynamodb:DescribeTable"},
    "scan": {"dynamodb:Scan"},
    "create_multipart_upload": {"s3:PutObject"},
    "upload_part_copy": {"s3:GetObject", "s3:PutObject"},
    "upload_part": {"s3:PutObject"},
    "complete_multipart_upload": {"s3:PutObject"},
    "abort_multipart_upload": {"s3:AbortMultipartUpload"},
    "list_multipart_uploads": {"s3:ListBucketMultipartUploads"},
    "put_object": {"s3:PutObject"},
    # Without the second, what is not there may not be read: 403 in the place of 404.
    "get_object": {"s3:GetObject", "s3:ListBucket"},
    "head_object": {"s3:GetObject", "s3:ListBucket"},
    "delete_object": {"s3:DeleteObject"},
    "delete_objects": {"s3:DeleteObject"},
    "list_objects_v2": {"s3:ListBucket"},
    # The managed upload goes in parts where a file is large.
    "upload_file": {"s3:PutObject", "s3:AbortMultipartUpload"},
    "get_table": {"glue:GetTable"},
    # PyIceberg's, and as Spark's Iceberg asks for the same.
    "load_table": {"glue:GetTable"},
    "commit_table": {"glue:GetTable", "glue:UpdateTable"},
    "start_crawler": {"glue:StartCrawler"},
}
#: How the programs name their clients.
CLIENTS = {f"{mark}{name}" for name in ("s3", "glue", "dynamodb", "cloudwatch", "client") for mark in ("", "_")}


def calls(package: str) -> set[str]:
    """Return the methods that a package's modules call on a client, paginated ones by their own name."""
    found = set()
    for file in sorted((ROOT / package).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                method = node.func.attr
                # Other things are called events, too: the SDK's hooks.
                if not _is_client(node.func.value) and method != "put_events":
                    continue
                argument = node.args[0] if node.args else None
                paginated = method == "get_paginator" and isinstance(argument, ast.Constant)
                found.add(str(argument.value) if paginated and isinstance(argument, ast.Constant) else method)
    return found


def _is_client(node: ast.expr) -> bool:
    return (isinstance(node, ast.Attribute) and node.attr in CLIENTS) or (
        isinstance(node, ast.Name) and node.id in CLIENTS
    )


@dataclass(frozen=True)
class Program:
    """A program with its role. ``least`` it is known to call; ``never`` it calls, though its package does."""

    package: str
    stack: str
    role: str
    least: frozenset[str]
    never: frozenset[str] = frozenset()
    #: What the service itself does by the role, and nothing in the package.
    by_the_service: frozenset[str] = frozenset()


LAMBDA_SRC = frozenset({"scan", "describe_table", "put_object", "complete_multipart_upload"})
GLUE_SRC = frozenset({"list_objects_v2", "get_object", "commit_table", "put_metric_data", "put_events"})
PROGRAMS = [
    # The function prints its metrics, and Lambda's log makes them some.
    Program("lambda_src", "cat-prod-normalize", "normalize", LAMBDA_SRC, never=frozenset({"put_metric_data"})),
    Program(
        "lambda_src",
        GLUE_VARIANT,
        "job",
        LAMBDA_SRC | {"put_metric_data"},
        by_the_service=frozenset({"s3:GetObject"}),
    ),
    # The crawler runs on demand: tests/synth/test_platform_stack.py has it follow.
    Program("glue_src", "cat-prod-etl2", "job", GLUE_SRC, never=frozenset({"start_crawler"})),
    Program("glue_src", ARROW_VARIANT, "parquet", GLUE_SRC | {"upload_file"}, never=frozenset({"start_crawler"})),
]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: f"{program.package}, {program.stack}")
def test_role_allows_every_call(all_stacks: dict[str, Stack], program: Program) -> None:
    called = calls(program.package) - program.never
    assert program.least <= called, f"the search for client calls in {program.package} finds only {sorted(called)}"
    assert called <= set(ACTIONS), f"new client methods, add the actions they need: {sorted(called - set(ACTIONS))}"
    statements = all_stacks[program.stack].statements(f"aws_iam_role_policy.{program.role}")
    allowed = {action for statement in statements for action in statement["Action"]}
    missing = {method: sorted(ACTIONS[method] - allowed) for method in called if not ACTIONS[method] <= allowed}
    assert missing == {}, f"{program.package} would be denied on AWS: {missing}"
    data_actions = {action for action in allowed if action.partition(":")[0] in {"s3", "glue", "dynamodb"}}
    unused = data_actions - program.by_the_service - set().union(*(ACTIONS[method] for method in called))
    assert unused == set(), f"{program.package} calls nothing that needs {sorted(unused)}"
