"""The state in S3: its bucket, its lock, and the way back to an older version, as docs/state.md says."""

from __future__ import annotations

import os
import re
import signal
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import pytest

from envs.naming import Names, state_key
from tests.guards.document import run_commands_under
from tests.guards.roots import Done, Root, run, wait_until
from tools.local.machine_tools import PROJECT
from tools.local.workspace import Workspace

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

NAMES: Final = Names("prod")
APPLY: Final = ("apply", "-input=false", "-auto-approve")
#: Takes as long as a test likes: until it puts a file there.
SLOW: Final[dict[str, Any]] = {
    "provisioner": [{"local-exec": {"command": "while [ ! -e go ]; do sleep 0.1; done"}}],
}
LOCKED: Final = "Error acquiring the state lock"
DAMAGED: Final = "Unsupported state file format"


@pytest.fixture
def s3(platform: Workspace) -> S3Client:
    return platform.clients().s3


def state_of(root: Root) -> tuple[str, str]:
    """Bucket and key of a root's state."""
    backend = root.document()["terraform"]["backend"]["s3"]
    return backend["bucket"], backend["key"]


def is_locked(s3: S3Client, root: Root) -> bool:
    bucket, key = state_of(root)
    return s3.list_objects_v2(Bucket=bucket, Prefix=f"{key}.tflock")["KeyCount"] == 1


def test_of_two_applies_at_once_one_is_refused_and_one_can_wait(root: Root, s3: S3Client) -> None:
    root.hold(a=SLOW)
    first = root.start(*APPLY)
    wait_until(lambda: is_locked(s3, root))
    refused = root.terraform(*APPLY)
    assert refused.status == 1
    assert LOCKED in refused.said
    # Who has it, and what for.
    assert "Operation: OperationTypeApply Who: " in refused.said
    patient = root.start(*APPLY, TF_CLI_ARGS_apply="-lock-timeout=60s")
    assert patient.stdout is not None
    assert "Acquiring state lock" in patient.stdout.readline()
    (root.folder / "go").touch()
    assert "Apply complete! Resources: 1 added" in Done.of(first).said
    waited = Done.of(patient)
    assert waited.status == 0, waited.said
    assert "No changes." in waited.said
    assert not is_locked(s3, root)


def test_lock_of_a_killed_deployment_is_taken_away(root: Root, s3: S3Client) -> None:
    root.hold(a=SLOW)
    killed = root.start(*APPLY)
    wait_until(lambda: is_locked(s3, root))
    os.killpg(killed.pid, signal.SIGKILL)
    Done.of(killed)
    refused = root.terraform(*APPLY)
    assert refused.status == 1
    (identity,) = re.findall(rf"{LOCKED}.* ID: ([0-9a-f-]+) ", refused.said)
    unlocked = run_commands_under(
        "State is locked",
        root.folder,
        {**root.variables, "ID": identity},
        {f"cdktf.out/stacks/{NAMES.normalize_stack}": root.folder},
    )
    assert unlocked.status == 0, unlocked.said
    (root.folder / "go").touch()
    assert "Apply complete!" in root.succeed(*APPLY)


def test_damaged_state_is_restored_from_an_older_version(root: Root, s3: S3Client) -> None:
    bucket, key = state_of(root)
    root.hold(a={})
    root.succeed(*APPLY)
    older = s3.head_object(Bucket=bucket, Key=key)["VersionId"]
    root.hold(a={}, b={})
    root.succeed(*APPLY)
    s3.put_object(Bucket=bucket, Key=key, Body=b"not a state")
    damaged = root.terraform("plan", "-input=false")
    assert damaged.status == 1
    assert DAMAGED in damaged.said
    restored = run_commands_under(
        "State is damaged",
        root.folder,
        {**root.variables, "VERSION": older},
        {state_key(NAMES.normalize_stack): key},
    )
    assert restored.status == 0, restored.said
    versions = [
        entry["VersionId"]
        for entry in s3.list_object_versions(Bucket=bucket, Prefix=key)["Versions"]
        if entry["Key"] == key
    ]
    # The one that was taken is the newest now.
    assert all(version in restored.said for version in versions[1:])
    assert "terraform_data.a" in restored.said
    assert "terraform_data.b" not in restored.said
    missing = root.succeed("plan", "-input=false")
    assert "terraform_data.b will be created" in missing
    assert "Plan: 1 to add, 0 to change, 0 to destroy." in missing


def bootstrap(variables: Mapping[str, str]) -> Done:
    """As the Makefile has it."""
    return run((sys.executable, "-m", "tools.state_bucket", "--env", "test"), PROJECT, variables)


def test_bootstrap_can_be_repeated_and_mends_what_was_changed(variables: Mapping[str, str], s3: S3Client) -> None:
    bucket = Names("test").state_bucket
    made = bootstrap(variables)
    assert made == Done(0, f"{bucket}: made")
    s3.put_object(Bucket=bucket, Key="kept", Body=b"a state")
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})
    s3.delete_bucket_policy(Bucket=bucket)
    again = bootstrap(variables)
    assert again == Done(0, f"{bucket}: was there; its settings are as they should be")
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    assert "aws:SecureTransport" in s3.get_bucket_policy(Bucket=bucket)["Policy"]
    assert s3.get_object(Bucket=bucket, Key="kept")["Body"].read() == b"a state"
