"""Plans an environment's stacks one after the other, and says which cannot be planned and why."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tools.ci.changes import changes_in, created_types
from tools.ci.commands import looked_up, plan, synthesize
from tools.ci.exceptions import CommandError, GuardedError, PipelineError
from tools.ci.report import Report, StackPlan


def plan_environment(environment: str, commit: str, folder: Path) -> Report:
    """Return what a deployment of this commit would change; files go into ``folder``.

    Raises:
        CommandError: the stacks cannot be synthesized.
        PipelineError: a plan holds what this project does not know.
    """
    stacks = synthesize(environment, folder.resolve() / "cdktf.out")
    to_be_made: dict[str, str] = {}
    return Report(environment, commit, [stack_plan(name, path, to_be_made) for name, path in stacks.items()])


def check_unguarded(report: Report) -> None:
    """See that a workflow may deploy all that was planned.

    Raises:
        GuardedError: a person has to.
        PipelineError: a stack could not be planned.
    """
    if report.failed:
        raise PipelineError("\n".join(f"{stack.stack}: {stack.fault}" for stack in report.stacks if stack.fault))
    if report.guarded:
        raise GuardedError(report.environment, report.guarded)


def stack_plan(stack: str, folder: Path, to_be_made: dict[str, str]) -> StackPlan:
    """Return a stack's plan, and add what it would make to ``to_be_made``, by type.

    A plan that fails because it looks up what is there already ``to_be_made`` waits for it.

    Raises:
        PipelineError: the plan holds what this project does not know.
    """
    try:
        shown = plan(folder)
    except CommandError as error:
        waits = _missing(looked_up(folder), to_be_made)
        return StackPlan(stack, waits=waits) if waits else StackPlan(stack, fault=str(error))
    to_be_made.update({kind: f"{address} of {stack}" for kind, address in created_types(shown).items()})
    return StackPlan(stack, changes_in(shown))


def _missing(wanted: set[str], to_be_made: Mapping[str, str]) -> str | None:
    """Return what a stack looks up in the account that another plan has still to make."""
    missing = [to_be_made[kind] for kind in sorted(wanted & to_be_made.keys())]
    return f"it looks up {', '.join(missing)}, to be made first" if missing else None
