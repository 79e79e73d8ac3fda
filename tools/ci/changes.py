"""What a plan would change, out of what ``terraform show -json`` says of it.

The format: https://developer.hashicorp.com/terraform/internals/json-format#plan-representation. It holds secrets in
clear text, so that nothing of it may be shown but what is taken out here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

from modules.ci.guarded import is_guarded
from tools.ci.exceptions import PipelineError

HIDDEN: Final = "(sensitive)"
UNKNOWN: Final = "(known after apply)"
#: Longer values are named and not shown.
LONGEST_VALUE: Final = 40


class Action(IntEnum):
    """What happens to a resource, the worst first."""

    DESTROY = 0
    REPLACE = 1
    FORGET = 2
    CHANGE = 3
    ADD = 4


_ACTIONS: Final[Mapping[tuple[str, ...], Action]] = {
    ("delete",): Action.DESTROY,
    ("delete", "create"): Action.REPLACE,
    ("create", "delete"): Action.REPLACE,
    ("forget",): Action.FORGET,
    ("create", "forget"): Action.REPLACE,
    ("update",): Action.CHANGE,
    ("create",): Action.ADD,
}
_NOTHING: Final = (("no-op",), ("read",))


@dataclass(frozen=True)
class Attribute:
    """An attribute that changes. ``before`` and ``after`` are texts to show, None where there is nothing to show."""

    name: str
    before: str | None = None
    after: str | None = None
    forces_replacement: bool = False


@dataclass(frozen=True)
class Change:
    """One resource or output that changes. ``guarded`` is what no workflow may change, but a person."""

    address: str
    action: Action
    attributes: tuple[Attribute, ...] = ()
    guarded: bool = False


def changes_in(plan: Mapping[str, Any]) -> tuple[Change, ...]:
    """Return the changes of a plan, outputs too, the worst first and then by address.

    Raises:
        PipelineError: the plan has an action that this project knows nothing of.
    """
    found = [*_resources(plan), *_outputs(plan)]
    return tuple(sorted(found, key=lambda change: (change.action, change.address)))


def created_types(plan: Mapping[str, Any]) -> dict[str, str]:
    """Return the types of resources that a plan would make, each with one address."""
    return {
        resource["type"]: resource["address"]
        for resource in plan.get("resource_changes", ())
        if "create" in resource["change"]["actions"]
    }


def _resources(plan: Mapping[str, Any]) -> Iterator[Change]:
    secrets = _secrets(plan)
    for resource in plan.get("resource_changes", ()):
        change, address = resource["change"], resource["address"]
        moved = resource.get("previous_address")
        action = _action(change, address)
        if action is None and moved is None:
            continue
        name = f"{address} (was {moved})" if moved else address
        deposed = f"{name} (what an earlier replacement left)" if "deposed" in resource else name
        attributes = tuple(_attributes(change, secrets)) if action in (Action.CHANGE, Action.REPLACE) else ()
        # What has moved in the state only is written by nobody.
        guarded = action not in (None, Action.FORGET) and _is_guarded(resource["type"], change)
        yield Change(deposed, Action.CHANGE if action is None else action, attributes, guarded)


def _is_guarded(kind: str, change: Mapping[str, Any]) -> bool:
    return any(is_guarded(kind, change[side]) for side in ("before", "after") if change[side] is not None)


def _outputs(plan: Mapping[str, Any]) -> Iterator[Change]:
    for name, change in plan.get("output_changes", {}).items():
        action = _action(change, name)
        if action is not None:
            # Nothing is lost with an output.
            yield Change(f"output {name}", max(action, Action.CHANGE))


def _action(change: Mapping[str, Any], address: str) -> Action | None:
    actions = tuple(change["actions"])
    if actions in _NOTHING:
        return Action.CHANGE if change.get("importing") else None
    if actions not in _ACTIONS:
        message = f"{address}: Terraform plans {'/'.join(actions)}, which is new to tools/ci/changes.py: add it there"
        raise PipelineError(message)
    return _ACTIONS[actions]


def _attributes(change: Mapping[str, Any], secrets: frozenset[str]) -> Iterator[Attribute]:
    before, after = change["before"] or {}, change["after"] or {}
    unknown = change.get("after_unknown") or {}
    forcing = {path[0] for path in change.get("replace_paths", ())}
    replaced = len(change["actions"]) > 1
    for name in sorted(before.keys() | after.keys() | unknown.keys()):
        old, new, is_unknown = before.get(name), after.get(name), _any_true(unknown.get(name))
        if is_unknown and replaced and name not in forcing:
            # All that the service assigns is assigned anew: that says nothing.
            continue
        if old == new and not is_unknown:
            continue
        marked = any(_any_true(_of(change.get(key), name)) for key in ("before_sensitive", "after_sensitive"))
        hidden = marked or not secrets.isdisjoint((*_leaves(old), *_leaves(new)))
        shown = (HIDDEN, HIDDEN) if hidden else _shown(old, new, unknown=is_unknown)
        yield Attribute(name, *shown, forces_replacement=name in forcing)


def _secrets(plan: Mapping[str, Any]) -> frozenset[str]:
    """Return what is marked as sensitive anywhere: providers copy such values into attributes that are not."""
    changes = [resource["change"] for resource in plan.get("resource_changes", ())]
    return frozenset(
        text
        for change in changes
        for side in ("before", "after")
        for text in _marked_leaves(change[side], change.get(f"{side}_sensitive"))
    )


def _marked_leaves(value: Any, marks: Any) -> Iterator[str]:
    if marks is True:
        yield from _leaves(value)
    elif isinstance(marks, Mapping) and isinstance(value, Mapping):
        for name, mark in marks.items():
            yield from _marked_leaves(value.get(name), mark)
    elif isinstance(marks, list) and isinstance(value, list):
        for item, mark in zip(value, marks, strict=False):
            yield from _marked_leaves(item, mark)


def _leaves(value: Any) -> Iterator[str]:
    """Yield the texts and numbers in a value, however deep."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _leaves(item)
    elif value is not None and not isinstance(value, bool):
        yield str(value)


def _of(marks: Any, name: str) -> Any:
    """Return the mark of one attribute; where the whole value is marked, all of it is."""
    return marks.get(name) if isinstance(marks, Mapping) else marks


def _any_true(marks: Any) -> bool:
    """Whether a mark, or any within nested ones, is set."""
    if isinstance(marks, Mapping):
        return any(_any_true(mark) for mark in marks.values())
    if isinstance(marks, list):
        return any(_any_true(mark) for mark in marks)
    return bool(marks)


def _shown(before: Any, after: Any, *, unknown: bool) -> tuple[str | None, str | None]:
    texts = _short(before), UNKNOWN if unknown else _short(after)
    return (None, None) if None in texts else texts


def _short(value: Any) -> str | None:
    """Return a value in a few characters; None for what is nested or long."""
    if isinstance(value, Mapping | list):
        return None
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST_VALUE else None
