"""A deployment's life: made and upgraded by an administrator, planned and changed by workflows, and taken down."""

from __future__ import annotations

import json
import shutil
from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from envs.naming import Names
from tests.deployments.upgrade import Upgrade, fill, held, stacks_of_release
from tests.deployments.variants import CHANGED, FIRST
from tests.deployments.workflows import DEPLOYS, PLANS, variables_of
from tests.guards.roots import Done, Root
from tests.verification import verified
from tools.local.synthesis import DOCUMENT
from tools.local.workspace import Workspace
from tools.scan.privilege.calls import read_decisions
from tools.state_bucket import ensure_state_bucket

NAMES: Final = Names("local")
NORMALIZE, ETL = NAMES.normalize_stack, NAMES.etl_stack
STACKS: Final = (NORMALIZE, ETL)
_APPLY: Final = ("apply", "-input=false", "-auto-approve")
_PLAN: Final = ("plan", "-input=false", "-lock=false", "-out=kept.tfplan")


@dataclass(frozen=True)
class Lacks:
    """What an emulator lacks: types that it cannot make or remove, and addresses that it cannot update, but make anew.

    The last two are in ETL-2's stack.
    """

    kinds: Collection[str] = ()
    update: Collection[str] = ()
    removal: Collection[str] = ()


@dataclass(frozen=True, kw_only=True)
class Life:
    """What each step left: plans by stack, how the changes ended, their logs of requests, and what is left."""

    plans: Mapping[str, Any]
    changed: Mapping[str, Done]
    requests: Mapping[str, str]
    object_versions: Mapping[str, int]
    verified: Mapping[str, Any] | None
    left: Mapping[str, str]
    buckets: list[str]
    #: Of the emulator that decides, for each thing that a role asked for; empty of the other.
    decisions: list[dict[str, Any]]
    #: Where the last release was deployed first.
    upgrade: Upgrade | None


def live(workspace: Workspace, variants: Path, folder: Path, variables: Mapping[str, str], lacks: Lacks) -> Life:
    """Go through all steps on an emulator. One that lacks much is asked what it proves, too: the other is elsewhere.

    On the other one the last release is deployed first, with data, and then today's code in its place. Workflows are
    only given what exists already: to make a bucket, a role or a policy of one takes a person.
    """
    today = variants / FIRST / "stacks"
    _copy(today if lacks.update else stacks_of_release(variants), folder / "stacks", without=lacks.kinds)
    roots = {name: Root(folder / "stacks" / name, variables) for name in (NAMES.pipeline_stack, *STACKS)}
    clients = workspace.clients()
    ensure_state_bucket(workspace.environment, clients.s3, clients.sts)
    with ThreadPoolExecutor() as at_once:
        list(at_once.map(lambda root: root.succeed("init", "-input=false"), roots.values()))
        for root in roots.values():
            root.succeed(*_APPLY)
        upgrade = None if lacks.update else _upgraded(workspace, roots, today)
        outputs = json.loads(roots[NAMES.pipeline_stack].output("output", "-json"))

        def acting_as(output: str, subject: str, stack: str) -> Root:
            session = variables_of(clients.sts, outputs[output]["value"], subject)
            return Root(roots[stack].folder, {**variables, **session})

        def apply_change(stack: str) -> Done:
            _copy(variants / CHANGED / "stacks" / stack, roots[stack].folder, without=lacks.kinds)
            log = {"TF_LOG_PROVIDER": "DEBUG", "TF_LOG_PATH": str(logs[stack])}
            replacing = (f"-replace={address}" for address in (lacks.update if stack == ETL else ()))
            return acting_as("deploy_role_arn", DEPLOYS, stack).terraform(*_APPLY, *replacing, **log)

        planning = {stack: acting_as("plan_role_arn", PLANS, stack) for stack in STACKS}
        plans = dict(zip(STACKS, at_once.map(_plan, planning.values()), strict=True))
        # Before the change: where the job has to be made anew, the emulator then knows none.
        report = verified(variables, folder / "verify.html", "--minutes", "1") if lacks.update else None
        logs = {stack: folder / f"{stack}.log" for stack in STACKS}
        changed = dict(zip(STACKS, at_once.map(apply_change, STACKS), strict=True))
        versions = _versions(workspace)
        kept = [
            address
            for address in roots[ETL].succeed("state", "list").split()
            if address.partition(".")[0] in lacks.removal
        ]
        if kept:
            roots[ETL].succeed("state", "rm", *kept)
        for stack in reversed(STACKS):
            roots[stack].succeed("destroy", "-input=false", "-auto-approve")
    return Life(
        plans=plans,
        changed=changed,
        requests={stack: log.read_text(encoding="utf-8", errors="replace") for stack, log in logs.items()},
        object_versions=versions,
        verified=report,
        left={stack: roots[stack].succeed("state", "list") for stack in STACKS},
        buckets=[bucket["Name"] for bucket in clients.s3.list_buckets()["Buckets"]],
        upgrade=upgrade,
        decisions=read_decisions(workspace.emulator.decisions) if workspace.emulator.decisions.exists() else [],
    )


def _copy(stacks: Path, folder: Path, *, without: Collection[str] = ()) -> None:
    """Copy one stack or more over those in ``folder``, without resources of some types."""
    shutil.copytree(stacks, folder, dirs_exist_ok=True)
    if not without:
        return
    for file in folder.rglob(DOCUMENT):
        document = json.loads(file.read_text(encoding="utf-8"))
        document["resource"] = {kind: named for kind, named in document["resource"].items() if kind not in without}
        file.write_text(json.dumps(document), encoding="utf-8")


def _upgraded(workspace: Workspace, roots: Mapping[str, Root], today: Path) -> Upgrade:
    before, plans = fill(workspace.emulator.endpoint_url()), {}
    for name, root in roots.items():
        _copy(today / name, root.folder)
        plans[name] = _plan(root)
        root.succeed("apply", "-input=false", "kept.tfplan")
    return Upgrade(plans, before, held(workspace.emulator.endpoint_url()))


def _plan(root: Root) -> Any:
    root.succeed(*_PLAN)
    return json.loads(root.output("show", "-json", "kept.tfplan"))


def _versions(workspace: Workspace) -> dict[str, int]:
    """Count the versions and delete markers of each object that the bucket has or had."""
    found: dict[str, int] = {}
    pages = workspace.clients().s3.get_paginator("list_object_versions").paginate(Bucket=NAMES.reports_bucket)
    for page in pages:
        for entry in (*page.get("Versions", []), *page.get("DeleteMarkers", [])):
            found[entry["Key"]] = found.get(entry["Key"], 0) + 1
    return found
