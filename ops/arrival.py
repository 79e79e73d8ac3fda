"""What a run's arrival passes through until ETL-2 starts: the rule, and the workflow's triggers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from botocore.exceptions import ClientError

from ops.aws_errors import is_absence, is_local
from ops.platform import Platform


@dataclass(frozen=True)
class Link:
    """One part of the way: what is to be said of it, and the remedy where it passes no run on."""

    said: str
    remedy: str = ""


def rule(platform: Platform) -> Link:
    """Return the rule that a run's arrival meets first."""
    name = platform.names.arrival_rule
    try:
        found = platform.events.describe_rule(Name=name)
        targets = platform.events.list_targets_by_rule(Rule=name)["Targets"]
    except ClientError as error:
        if not is_absence(error):
            raise
        return Link(f"{name} does not exist: ETL-2 never starts", platform.deploy)
    names = platform.names
    wanted = f"workflow/{names.workflow}" if platform.by_spark else f"function:{names.etl_function}"
    state = found.get("State", "")
    hit = any(target["Arn"].endswith(f":{wanted}") for target in targets)
    said = f"{name} is {state}, " + (f"its target {wanted}" if hit else f"and {wanted} is no target of it")
    if state.startswith("ENABLED") and hit:
        return Link(said)
    remedy = f"aws events enable-rule --name {name}" if hit else platform.deploy
    return Link(f"{said}: no run that arrives starts ETL-2", remedy)


def trigger(platform: Platform, name: str, target: str) -> Link:
    """Return a trigger of the workflow, which is to start a job or crawler."""
    try:
        found = platform.glue.get_trigger(Name=name)["Trigger"]
    except ClientError as error:
        if not is_absence(error):
            raise
        return Link(f"the trigger {name} does not exist", platform.deploy)
    state = found.get("State", "")
    actions = [action.get("JobName") or action.get("CrawlerName") for action in found.get("Actions", [])]
    # An EVENT trigger listens from when it was CREATED.
    listening = {"ACTIVATED", "ACTIVATING", *(("CREATED",) if found.get("Type") == "EVENT" else ())}
    if state not in listening:
        return Link(f"{name} is {state}", f"aws glue start-trigger --name {name}")
    if target not in actions:
        said = f"{name} starts {', '.join(map(str, actions)) or 'nothing'}, not {target}"
        return Link(said, platform.deploy)
    return Link(f"{name} starts {target}")


def is_cut(platform: Platform) -> bool:
    """Tell whether no arrival starts ETL-2 now. What AWS refuses to tell is a check's to say."""
    try:
        return any(link.remedy for link in _links(platform))
    except ClientError as error:
        if not is_local(error):
            raise
        return False


def _links(platform: Platform) -> Iterator[Link]:
    yield rule(platform)
    if platform.by_spark:
        yield trigger(platform, platform.names.arrival_trigger, platform.names.glue_job)
