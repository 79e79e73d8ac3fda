"""The real Terraform with the real provider reads every stack: schema, references, types."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from modules.provider_lock import NAME_IN_A_STACK, PROVIDER_LOCK
from tests.synth.synthesized import STACKS, VARIANTS, Stack
from tools.local.synthesis import DOCUMENT
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
    """A stack's folder, with the provider: all stacks require the same one."""
    folder = tmp_path_factory.mktemp("initialized") / "stack"
    shutil.copytree(stacks["cat-test-etl2"].folder, folder)
    done = init(folder, variables)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def init(folder: Path, variables: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return terraform(folder, variables, "init", "-backend=false", "-input=false", "-no-color")


def test_every_stack_comes_with_the_lock(all_stacks: dict[str, Stack], pipeline: Stack) -> None:
    locks = {(stack.folder / NAME_IN_A_STACK).read_text("utf-8") for stack in (*all_stacks.values(), pipeline)}
    assert locks == {PROVIDER_LOCK.read_text("utf-8")}


def test_provider_is_the_locked_one(initialized: Path) -> None:
    # Had the lock no hash of it, or another version or constraint, init would have written the file anew.
    assert (initialized / NAME_IN_A_STACK).read_text("utf-8") == PROVIDER_LOCK.read_text("utf-8")


def test_another_provider_is_refused(prod_etl: Stack, variables: dict[str, str], tmp_path: Path) -> None:
    folder = tmp_path / "stack"
    shutil.copytree(prod_etl.folder, folder)
    lock = folder / NAME_IN_A_STACK
    lock.write_text(re.sub(r'"(h1|zh):.{4}', r'"\1:0000', lock.read_text("utf-8")), encoding="utf-8")
    done = init(folder, variables)
    assert done.returncode == 1
    assert "checksums previously recorded" in " ".join(done.stderr.split())


@pytest.fixture(scope="session")
def diagnostics(
    all_stacks: dict[str, Stack], variables: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    """What Terraform says of all stacks, by the stack: each is a module of one root, for it loads the schema once."""
    folder = tmp_path_factory.mktemp("validated")
    places = {f"stack{number}": name for number, name in enumerate(all_stacks)}
    for place, name in places.items():
        add_module(folder / place, all_stacks[name].document)
    found: dict[str, Any] = {name: [] for name in all_stacks}
    for each in validated(folder, variables):
        found[places[Path(each["range"]["filename"]).parent.name]].append(each)
    return found


def add_module(folder: Path, document: Mapping[str, Any]) -> None:
    """Write a stack as a module: where state is kept is its root's, and nothing that is validated."""
    terraform_block = {name: value for name, value in document["terraform"].items() if name != "backend"}
    folder.mkdir()
    (folder / DOCUMENT).write_text(json.dumps({**document, "terraform": terraform_block}), encoding="utf-8")
    root = folder.parent / "main.tf.json"
    modules = json.loads(root.read_text(encoding="utf-8"))["module"] if root.exists() else {}
    modules[folder.name] = {"source": f"./{folder.name}"}
    root.write_text(json.dumps({"module": modules}), encoding="utf-8")


def validated(folder: Path, variables: Mapping[str, str]) -> list[dict[str, Any]]:
    done = init(folder, variables)
    assert done.returncode == 0, done.stdout + done.stderr
    answer = json.loads(terraform(folder, variables, "validate", "-json").stdout)
    found: list[dict[str, Any]] = answer["diagnostics"]
    assert answer["valid"] is not any(each["severity"] == "error" for each in found)
    return found


@pytest.mark.parametrize("name", [*STACKS, *VARIANTS])
def test_valid(diagnostics: dict[str, Any], name: str) -> None:
    # CDKTF's own notes under "//" are no warnings; a deprecated argument would be one.
    assert diagnostics[name] == [], json.dumps(diagnostics[name], indent=2)


def test_terraform_notices_a_fault(stacks: dict[str, Stack], variables: dict[str, str], tmp_path: Path) -> None:
    text = stacks["cat-test-etl2"].text
    assert '"glue_version"' in text
    add_module(tmp_path / "broken", json.loads(text.replace('"glue_version"', '"glue_verzion"')))
    add_module(tmp_path / "sound", stacks["cat-prod-etl2"].document)
    found = validated(tmp_path, variables)
    assert {each["range"]["filename"] for each in found} == {f"broken/{DOCUMENT}"}
    assert "glue_verzion" in json.dumps(found)
