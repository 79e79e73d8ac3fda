"""Terraform on a deployed stack: its plans, what they would change, and what checkov finds in them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tools.local.workspace import Workspace
from tools.scan.stacks import PLAN_FRAMEWORK, Finding, checkov

STACKS = ("cat-local-normalize", "cat-local-etl2")

Changes = dict[str, set[str]]


def terraform(workspace: Workspace, stack: str, *arguments: str) -> str:
    done = subprocess.run(
        ("terraform", *arguments),
        check=False,
        cwd=workspace.stack_directory(stack),
        env=workspace.variables(),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def plan_of(workspace: Workspace, stack: str) -> dict[str, Any]:
    """A plan as JSON, with all resources, changed or not."""
    terraform(workspace, stack, "plan", "-input=false", "-lock=false", "-out=checked.tfplan")
    plan: dict[str, Any] = json.loads(terraform(workspace, stack, "show", "-json", "checked.tfplan"))
    return plan


def findings_in(plans: Mapping[str, Any], folder: Path) -> frozenset[Finding]:
    """What checkov finds in real plans, whose references are filled in."""
    files = {stack: folder / f"{stack}.json" for stack in plans}
    for stack, file in files.items():
        file.write_text(json.dumps(plans[stack]), encoding="utf-8")
    return checkov(files, PLAN_FRAMEWORK).failed


def planned_changes(workspace: Workspace, stack: str) -> Changes:
    """The attributes that a plan would change, by address."""
    return changes_in(plan_of(workspace, stack))


def changes_in(plan: Mapping[str, Any]) -> Changes:
    return {
        change["address"]: _changed_attributes(change["change"])
        for change in plan["resource_changes"]
        if change["change"]["actions"] not in (["no-op"], ["read"])
    }


def _changed_attributes(change: dict[str, Any]) -> set[str]:
    assert change["actions"] == ["update"], change
    before, after = change["before"], change["after"]
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
