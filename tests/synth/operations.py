"""The tables of docs/operations.md, from what is deployed to prod, whichever its engines and encryption."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tests.synth.log_groups import SHARED, written_by
from tests.synth.synthesized import (
    ARROW_VARIANT,
    GLUE_VARIANT,
    KEY_ARROW_VARIANT,
    KEY_ETL,
    KEY_GLUE_VARIANT,
    KEY_NORMALIZE,
    Stack,
)
from tools.site.markdown import lines

_NORMALIZE, _ETL = "cat-prod-normalize", "cat-prod-etl2"
#: The stacks of prod by which engine each has; those of test, with the usual ones, have no schedule.
_ENGINES: Final = {
    _NORMALIZE: "`lambda`",
    GLUE_VARIANT: "`glue`",
    _ETL: "`spark`",
    ARROW_VARIANT: "`arrow`",
}
_WITH_OWN_KEY: Final = (KEY_NORMALIZE, KEY_GLUE_VARIANT, KEY_ETL, KEY_ARROW_VARIANT)
_SIGNS: Final = {
    "GreaterThanOrEqualToThreshold": "≥",
    "GreaterThanThreshold": ">",
    "LessThanThreshold": "<",
}
_WRITERS: Final = {"aws_lambda_function": "function_name", "aws_glue_job": "name", "aws_glue_crawler": "name"}
_HEADING: Final = re.compile(r"(.+) Type: [^.]+\. See the runbook, ([^.]+)\.")
_MINUTE: Final = 60
_HOUR: Final = 3600

Stacks = Mapping[str, Stack]


def tables(stacks: Stacks) -> dict[str, str]:
    """Return the rows of each table by its first header."""
    return {
        "alarm": lines(_alarms(stacks)),
        "rule": lines(_rules(stacks)),
        "widget": lines(_widgets(stacks)),
        "log group": lines(_log_groups(stacks)),
    }


def headings(stacks: Stacks) -> set[str]:
    """Return every heading of the runbook that an alarm or a failure's message names."""
    return {
        heading for stack in stacks.values() for heading in re.findall(r"[Ss]ee the runbook, ([^.]+)\.", stack.text)
    }


@dataclass(frozen=True)
class _Found:
    """A resource of prod, and in which of its stacks it is, whichever the engines."""

    stacks: tuple[str, ...]
    address: str
    resource: dict[str, Any]

    @property
    def stack(self) -> str:
        return self.stacks[0]

    def where(self, stacks: Stacks, type_name: str) -> str:
        """Say in which environments there is such a resource."""
        if len(self.stacks) == 1:
            return _ENGINES[self.stack]
        in_test = stacks[self.stack.replace("prod", "test")]
        return "all" if self.address in in_test.of_type(type_name) else "with a schedule"


def _by_name(stacks: Stacks, type_name: str, argument: str) -> dict[str, _Found]:
    """Return all resources of a type by their names, ETL-1's first."""
    found: dict[str, _Found] = {}
    for stack in _ENGINES:
        for address, each in stacks[stack].of_type(type_name).items():
            name = stacks[stack].resolved(each[argument])
            others = found[name].stacks if name in found else ()
            found[name] = _Found((*others, stack), address, each)
    return dict(sorted(found.items(), key=lambda pair: (_NORMALIZE not in pair[0], pair[0])))


def _alarms(stacks: Stacks) -> Iterator[tuple[str, ...]]:
    type_name = "aws_cloudwatch_metric_alarm"
    for name, found in _by_name(stacks, type_name, "alarm_name").items():
        alarm = found.resource
        said = _HEADING.fullmatch(alarm["alarm_description"])
        assert said, name
        yield _pattern(name), found.where(stacks, type_name), _general(said[1]), _threshold(alarm), _link(said[2])


def _rules(stacks: Stacks) -> Iterator[tuple[str, ...]]:
    type_name = "aws_cloudwatch_event_rule"
    for name, found in _by_name(stacks, type_name, "name").items():
        pattern = json.loads(found.resource["event_pattern"])
        states = ", ".join(pattern["detail"].get("state", []))
        event = f"{pattern['detail-type'][0]}{f': {states}' if states else ''}"
        told = _told(stacks[found.stack], found.address)
        yield _pattern(name), found.where(stacks, type_name), event, _general(found.resource["description"]), told


def _told(stack: Stack, address: str) -> str:
    """Say what a rule's message points to, or what else the rule starts."""
    target = stack.of_type("aws_cloudwatch_event_target").get(address)
    if not target:
        return "starts ETL-2"
    (heading,) = re.findall(r"See the runbook, ([^.]+)\.", target["input_transformer"]["input_template"])
    return _link(heading)


def _threshold(alarm: Mapping[str, Any]) -> str:
    asked = f"{alarm['statistic']} of `{alarm['metric_name']}` {_SIGNS[alarm['comparison_operator']]}"
    window = alarm["period"] * alarm["evaluation_periods"]
    long = f"{window // _HOUR} h" if window % _HOUR == 0 else f"{window // _MINUTE} min"
    share = " of the timeout" if alarm["metric_name"] == "Duration" else ""
    return f"{asked} {_number(alarm)}{share}, {'for' if alarm['treat_missing_data'] == 'breaching' else 'in'} {long}"


def _number(alarm: Mapping[str, Any]) -> str:
    if alarm["metric_name"] == "Duration":
        (said,) = re.findall(r"took (\d+%) of", alarm["alarm_description"])
        return str(said)
    if alarm["metric_name"] == "AsyncEventAge":
        return f"{alarm['threshold'] / 1000 / _HOUR:g} h"
    return f"{alarm['threshold']:g}"


def _widgets(stacks: Stacks) -> Iterator[tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for stack in (stacks[_ETL], stacks[ARROW_VARIANT]):
        body = json.loads(stack.resolved(stack["aws_cloudwatch_dashboard.platform"]["dashboard_body"]))
        for properties in (widget["properties"] for widget in body["widgets"]):
            drawn = (_drawn(line) for line in properties["metrics"])
            found.setdefault(properties["title"], [each for each in dict.fromkeys(drawn) if each])
    yield from ((title, ", ".join(found[title])) for title in sorted(found))


def _drawn(line: list[Any]) -> str:
    if isinstance(line[0], dict):
        return f"`{line[0]['label']}`"
    options = line[-1]
    return "" if options.get("visible") is False else f"{options['stat']} of `{line[0]}` `{line[1]}`"


def _log_groups(stacks: Stacks) -> Iterator[tuple[str, ...]]:
    found: dict[tuple[str, str], tuple[str, str]] = {}
    for key, names in (("none", _ENGINES), ("yes", _WITH_OWN_KEY)):
        for group, writer, kept in (row for name in names for row in _logs_of(stacks[name])):
            known = found.get((group, writer), (key, kept))[0]
            found[group, writer] = ("either" if known != key else key, kept)
    for (group, writer), (key, kept) in sorted(found.items()):
        yield _pattern(group), _pattern(writer), key, kept


def _logs_of(stack: Stack) -> Iterator[tuple[str, str, str]]:
    """Return the groups that are written to, by whom, and how long they are kept or why that is not said."""
    groups = stack.of_type("aws_cloudwatch_log_group").values()
    days = {stack.resolved(each["name"]): f"{each['retention_in_days']} days" for each in groups}
    for type_name, argument in _WRITERS.items():
        for address, writer in stack.of_type(type_name).items():
            for group in written_by(stack, type_name, address):
                yield group, writer[argument], days.get(group) or f"the account's: {SHARED[group]}"


def _pattern(name: str) -> str:
    return f"`{_general(name)}`"


def _general(text: str) -> str:
    return text.replace("cat-prod-", "cat-{env}-")


def _link(heading: str) -> str:
    anchor = re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-")
    return f"[{heading}](runbook.md#{anchor})"
