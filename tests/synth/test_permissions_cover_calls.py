"""What the programs ask of AWS must be what their roles allow: the emulator checks no IAM, so this does."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.synth.synthesized import ROOT, Stack

#: Client method → the actions that AWS checks for it (Service Authorization Reference). One dictionary for both
#: programs: whoever calls a new method finds the test failing here, and adds the method and the permission.
ACTIONS = {
    "scan": {"dynamodb:Scan"},
    "create_multipart_upload": {"s3:PutObject"},
    "upload_part": {"s3:PutObject"},
    "complete_multipart_upload": {"s3:PutObject"},
    "abort_multipart_upload": {"s3:AbortMultipartUpload"},
    "put_object": {"s3:PutObject"},
    "get_object": {"s3:GetObject"},
    "head_object": {"s3:GetObject", "s3:ListBucket"},
    "delete_object": {"s3:DeleteObject"},
    "delete_objects": {"s3:DeleteObject"},
    "list_objects_v2": {"s3:ListBucket"},
    # The managed copy takes tags along, and copies in parts what is large.
    "copy": {
        *("s3:GetObject", "s3:PutObject", "s3:GetObjectTagging", "s3:PutObjectTagging", "s3:AbortMultipartUpload"),
    },
    "get_object_tagging": {"s3:GetObjectTagging"},
    "put_object_tagging": {"s3:PutObjectTagging"},
    "get_table": {"glue:GetTable"},
    "get_partition": {"glue:GetPartition"},
    "get_partitions": {"glue:GetPartitions"},
    "batch_create_partition": {"glue:BatchCreatePartition"},
    "batch_update_partition": {"glue:BatchUpdatePartition"},
    "delete_partition": {"glue:DeletePartition"},
}
#: How the programs name their clients.
CLIENTS = {"s3", "_s3", "glue", "_glue", "dynamodb", "_dynamodb", "client", "_client"}


def calls(package: str) -> set[str]:
    """Return the methods that a package's modules call on a client, paginated ones by their own name."""
    found = set()
    for file in sorted((ROOT / package).glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _is_client(node.func.value):
                method = node.func.attr
                argument = node.args[0] if node.args else None
                paginated = method == "get_paginator" and isinstance(argument, ast.Constant)
                found.add(str(argument.value) if paginated and isinstance(argument, ast.Constant) else method)
    return found


def _is_client(node: ast.expr) -> bool:
    return (isinstance(node, ast.Attribute) and node.attr in CLIENTS) or (
        isinstance(node, ast.Name) and node.id in CLIENTS
    )


@pytest.mark.parametrize(
    ("package", "stack_name", "role", "least"),
    [
        ("lambda_src", "cat-prod-normalize", "normalize", {"scan", "put_object", "complete_multipart_upload"}),
        ("glue_src", "cat-prod-etl2", "job", {"list_objects_v2", "get_partitions", "batch_create_partition"}),
    ],
)
def test_role_allows_every_call(
    stacks: dict[str, Stack], package: str, stack_name: str, role: str, least: set[str]
) -> None:
    called = calls(package)
    assert least <= called, f"the search for client calls in {Path(package)} finds only {sorted(called)}"
    assert called <= set(ACTIONS), f"new client methods, add the actions they need: {sorted(called - set(ACTIONS))}"
    statements = stacks[stack_name].json_of(f"aws_iam_role_policy.{role}", "policy")["Statement"]
    allowed = {action for statement in statements for action in statement["Action"]}
    missing = {method: sorted(ACTIONS[method] - allowed) for method in called if not ACTIONS[method] <= allowed}
    assert missing == {}, f"{package} would be denied on AWS: {missing}"
    data_actions = {action for action in allowed if action.partition(":")[0] in {"s3", "glue", "dynamodb"}}
    unused = data_actions - set().union(*(ACTIONS[method] for method in called))
    assert unused == set(), f"{package} calls nothing that needs {sorted(unused)}"
