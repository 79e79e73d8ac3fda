"""The real Terraform with the real provider reads every stack: schema, references, types."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

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
    folder = tmp_path_factory.mktemp("initialized")
    shutil.copy(stacks["cat-test-etl2"].folder / "cdk.tf.json", folder)
    done = terraform(folder, variables, "init", "-backend=false", "-input=false", "-no-color")
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


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
