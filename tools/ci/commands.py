"""cdktf and Terraform, run as an operator runs them, from the project's folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any, Final

from envs.selection import CHOICE_VARIABLE
from tools.ci.exceptions import CommandError

PROJECT: Final = Path(__file__).resolve().parents[2]
#: make setup puts it beside the virtual environment's Python.
CDKTF: Final = Path(sys.executable).with_name("cdktf")
_PLAN_FILE: Final = "pipeline.tfplan"
_LONGEST_SAID: Final = 4_000


def synthesize(environment: str, output: Path) -> dict[str, Path]:
    """Write an environment's stacks into ``output``; return the folder of each, in the order of their deployment.

    Raises:
        CommandError: the synth failed, for example because of faulty settings.
    """
    _run([str(CDKTF), "synth", "--output", str(output)], PROJECT, {CHOICE_VARIABLE: environment})
    manifest = json.loads((output / "manifest.json").read_text(encoding="utf-8"))["stacks"]
    order = TopologicalSorter({name: stack["dependencies"] for name, stack in manifest.items()}).static_order()
    return {name: output / manifest[name]["workingDirectory"] for name in order}


def plan(folder: Path) -> dict[str, Any]:
    """Return a stack's plan as Terraform shows it; no lock is taken, and no plan stays on the disk.

    Raises:
        CommandError: Terraform failed.
    """
    plugins = folder.parent.parent / "plugins"
    plugins.mkdir(exist_ok=True)
    # One download of the provider for all stacks.
    variables = {"TF_IN_AUTOMATION": "1", "TF_PLUGIN_CACHE_DIR": os.environ.get("TF_PLUGIN_CACHE_DIR", str(plugins))}
    file = folder / _PLAN_FILE
    try:
        _run(["terraform", "init", "-input=false", "-no-color"], folder, variables)
        _run(["terraform", "plan", "-input=false", "-no-color", "-lock=false", f"-out={file.name}"], folder, variables)
        shown: dict[str, Any] = json.loads(_run(["terraform", "show", "-json", file.name], folder, variables))
    finally:
        # It holds secrets in clear text.
        file.unlink(missing_ok=True)
    return shown


def looked_up(folder: Path) -> set[str]:
    """Return the types of what a stack expects to find in the account."""
    document = json.loads((folder / "cdk.tf.json").read_text(encoding="utf-8"))
    return set(document.get("data", {}))


def deploy(environment: str, stacks: Sequence[str]) -> None:
    """Deploy an environment's stacks without asking, their output to this process's.

    Raises:
        CommandError: a stack could not be deployed.
    """
    command = [str(CDKTF), "deploy", *stacks, "--auto-approve"]
    done = subprocess.run(command, check=False, cwd=PROJECT, env={**os.environ, CHOICE_VARIABLE: environment})
    if done.returncode != 0:
        raise CommandError(_name(command), done.returncode, "see above")


def _run(command: Sequence[str], folder: Path, variables: Mapping[str, str]) -> str:
    done = subprocess.run(
        command, check=False, cwd=folder, env={**os.environ, **variables}, capture_output=True, text=True
    )
    if done.returncode != 0:
        said = (done.stderr.strip() or done.stdout.strip())[-_LONGEST_SAID:]
        raise CommandError(_name(command), done.returncode, said)
    return done.stdout


def _name(command: Sequence[str]) -> str:
    return " ".join((Path(command[0]).name, command[1]))
