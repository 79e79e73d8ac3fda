"""The real Terraform with the real provider reads every stack: schema, references, types."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from modules.provider_lock import PROVIDER_LOCK
from tests.synth.synthesized import Stack
from tools.local.terraform_mirror import terraform_environment


def terraform(folder: Path, variables: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["terraform", *arguments], cwd=folder, env=variables, capture_output=True, text=True, check=False, timeout=300
    )


@pytest.fixture(scope="session")
def variables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment in which Terraform finds the provider, with nothing of the caller's own."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TF_VAR", "TF_DATA"))}
    changes = terraform_environment(tmp_path_factory.mktemp("terraform"), ours)
    merged = {**ours, **changes, "CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1"}
    return {name: value for name, value in merged.items() if value is not None}


@pytest.fixture(scope="session")
def initialized(stacks: dict[str, Stack], variables: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder with the provider, for all stacks: they require the same one."""
    folder = tmp_path_factory.mktemp("initialized") / "stack"
    shutil.copytree(stacks["cat-test-etl2"].folder, folder)
    done = init(folder, variables)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def init(folder: Path, variables: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return terraform(folder, variables, "init", "-backend=false", "-input=false", "-no-color")


def test_every_stack_comes_with_the_lock(all_stacks: dict[str, Stack], pipeline: Stack) -> None:
    locks = {(stack.folder / PROVIDER_LOCK.name).read_text("utf-8") for stack in (*all_stacks.values(), pipeline)}
    assert locks == {PROVIDER_LOCK.read_text("utf-8")}


def test_provider_is_the_locked_one(initialized: Path) -> None:
    # Had the lock no hash of it, or another version or constraint, init would have written the file anew.
    assert (initialized / PROVIDER_LOCK.name).read_text("utf-8") == PROVIDER_LOCK.read_text("utf-8")


def test_another_provider_is_refused(prod_etl: Stack, variables: dict[str, str], tmp_path: Path) -> None:
    folder = tmp_path / "stack"
    shutil.copytree(prod_etl.folder, folder)
    lock = folder / PROVIDER_LOCK.name
    lock.write_text(re.sub(r'"(h1|zh):.{4}', r'"\1:0000', lock.read_text("utf-8")), encoding="utf-8")
    done = init(folder, variables)
    assert done.returncode == 1
    assert "checksums previously recorded" in " ".join(done.stderr.split())


def test_valid(stack: Stack, initialized: Path, variables: dict[str, str]) -> None:
    shutil.copy(stack.folder / "cdk.tf.json", initialized)
    done = terraform(initialized, variables, "validate", "-json")
    answer = json.loads(done.stdout)
    # CDKTF's own notes under "//" are no warnings; a deprecated argument would be one.
    assert answer["diagnostics"] == [], json.dumps(answer["diagnostics"], indent=2)
    assert answer["valid"] is True


def test_terraform_notices_a_fault(stacks: dict[str, Stack], initialized: Path, variables: dict[str, str]) -> None:
    text = stacks["cat-test-etl2"].text
    assert '"glue_version"' in text
    broken = text.replace('"glue_version"', '"glue_verzion"')
    (initialized / "cdk.tf.json").write_text(broken, encoding="utf-8")
    answer = json.loads(terraform(initialized, variables, "validate", "-json").stdout)
    assert answer["valid"] is False
    assert "glue_verzion" in json.dumps(answer["diagnostics"])
