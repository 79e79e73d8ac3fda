"""A report as a person reads it in a pull request: what is lost first and in bold, short enough for GitHub."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tools.ci.changes import Action, Attribute, Change
from tools.ci.losses import losses
from tools.ci.report import Report, StackPlan
from tools.site.markdown import row

#: GitHub refuses longer comments and issues.
LIMIT: Final = 65_536
#: For the note that rows were left out.
_RESERVE: Final = 300
_LONGEST_FAULT: Final = 3_000
_MOST_ATTRIBUTES: Final = 12

_VERBS: Final = {
    Action.ADD: "add",
    Action.CHANGE: "change",
    Action.FORGET: "forget",
    Action.REPLACE: "replace",
    Action.DESTROY: "destroy",
}
#: What is lost with these.
_BOLD: Final = (Action.DESTROY, Action.REPLACE)
_GUARDED: Final = (
    "**The workflow will refuse to deploy this.** A person does, as the change-guard role (docs/delivery.md): "
    "`python -m tools.ci deploy --env {environment} --as-change-guard`"
)
_TABLE_HEAD: Final = ("| | resource | attributes |", "|---|---|---|")

Row = tuple[str, Change]


def marker(report: Report) -> str:
    """Return the line by which the comment on an environment's plan is found again."""
    return f"<!-- cat-plan {report.environment} -->"


def markdown(report: Report, title: str, limit: int = LIMIT) -> str:
    """Return the report in at most ``limit`` characters: rows are left out from the least grave on, and counted."""
    shown = _fitting(report, limit - _RESERVE - len(_written(report, title, frozenset())))
    left_out = sum(report.counts().values()) - len(shown)
    text = _written(report, title, shown)
    if left_out:
        text += (
            f"\n{left_out} more rows do not fit into a comment: the workflow run's artifact has them in plan.json.\n"
        )
    return text


def headline(report: Report) -> str:
    """Return what the report comes down to in one line."""
    counts = report.counts()
    parts = [
        f"**{counts[action]} to {verb}**" if action in _BOLD else f"{counts[action]} to {verb}"
        for action, verb in _VERBS.items()
        if counts[action]
    ]
    if report.guarded:
        parts.append(f"**{len(report.guarded)} by the change-guard**")
    parts += [f"{stack.stack} failed" for stack in report.stacks if stack.fault]
    parts += [f"{stack.stack} not planned yet" for stack in report.stacks if stack.waits]
    return ", ".join(parts) or "no changes"


def _fitting(report: Report, room: int) -> frozenset[Row]:
    """Return the rows that fit into so many characters, the gravest of all stacks before the others."""
    rows = [(stack.stack, change) for stack in report.stacks for change in stack.changes]
    fitting = set()
    for stack, change in sorted(rows, key=lambda row: row[1].action):
        room -= len(_row(change)) + 1
        if room < 0:
            break
        fitting.add((stack, change))
    return frozenset(fitting)


def _written(report: Report, title: str, shown: frozenset[Row]) -> str:
    lines = [marker(report), f"### {title}: {headline(report)}", "", f"Commit {report.commit}."]
    if report.guarded:
        lines += ["", _GUARDED.format(environment=report.environment)]
    lost = [sentence for stack in report.stacks for sentence in losses(stack.changes)]
    if lost:
        lines += ["", "**Data goes with this:**", "", *(f"- {sentence}" for sentence in lost)]
    for stack in report.stacks:
        lines += ["", f"#### {stack.stack}", "", *_stack(stack, shown)]
    return "\n".join(lines) + "\n"


def _stack(stack: StackPlan, shown: frozenset[Row]) -> Iterator[str]:
    if stack.waits:
        yield f"Not planned yet: {stack.waits}."
    elif stack.fault:
        yield from ("Could not be planned:", "", "~~~text", stack.fault[-_LONGEST_FAULT:].replace("~~~", ""), "~~~")
    elif not stack.changes:
        yield "No changes."
    else:
        yield from _TABLE_HEAD
        yield from (_row(change) for change in stack.changes if (stack.stack, change) in shown)


def _row(change: Change) -> str:
    verb, address = _VERBS[change.action], _code(change.address)
    if change.guarded:
        verb += ", by the change-guard"
    if change.action in _BOLD:
        verb, address = f"**{verb}**", f"**{address}**"
    attributes = [_attribute(attribute) for attribute in change.attributes[:_MOST_ATTRIBUTES]]
    more = len(change.attributes) - len(attributes)
    if more:
        attributes.append(f"and {more} more")
    return row((verb, address, ", ".join(attributes)))


def _attribute(attribute: Attribute) -> str:
    if attribute.before is None or attribute.after is None:
        text = _code(attribute.name)
    else:
        text = _code(f"{attribute.name}: {attribute.before} → {attribute.after}")
    return f"{text} (forces the replacement)" if attribute.forces_replacement else text


def _code(text: str) -> str:
    """Return a text as code in one line: without what would end either."""
    return "`" + " ".join(text.replace("`", "'").split()) + "`"
