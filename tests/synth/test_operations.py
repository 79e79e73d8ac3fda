"""docs/operations.md says of alarms, rules, dashboard and logs what is deployed, and points to what there is."""

from __future__ import annotations

import re

import pytest

from tests.synth.operations import headings, tables
from tests.synth.synthesized import ROOT, Stack
from tests.unit.docs.computed import ComputedDocument

DOCUMENT = ComputedDocument("operations.md")


def anchors(text: str) -> set[str]:
    """The anchors of a document's headings, as GitHub makes them."""
    return {
        re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-")
        for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    }


@pytest.mark.snapshot
def test_tables_are_those_of_the_stacks(all_stacks: dict[str, Stack]) -> None:
    DOCUMENT.check_tables(tables(all_stacks))


def test_tables_have_every_alarm_rule_and_log_group(all_stacks: dict[str, Stack]) -> None:
    text = DOCUMENT.text()
    for stack in all_stacks.values():
        for type_name, argument in (
            ("aws_cloudwatch_metric_alarm", "alarm_name"),
            ("aws_cloudwatch_event_rule", "name"),
            ("aws_cloudwatch_log_group", "name"),
        ):
            for each in stack.of_type(type_name).values():
                name = stack.resolved(each[argument]).replace(f"cat-{stack.env}-", "cat-{env}-")
                assert f"`{name}`" in text, name


def test_the_message_shown_is_an_alarms_own(all_stacks: dict[str, Stack]) -> None:
    alarm = all_stacks["cat-prod-etl2"]["aws_cloudwatch_metric_alarm.data_checks"]
    assert f"```text\n{alarm['alarm_description']}\n```" in DOCUMENT.text()


def test_headings_that_messages_name_are_in_the_runbook(all_stacks: dict[str, Stack]) -> None:
    runbook = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
    assert {heading for heading in headings(all_stacks) if f"\n## {heading}\n" not in runbook} == set()


def test_links_lead_to_headings() -> None:
    for name in ("operations.md", "runbook.md"):
        text = (ROOT / "docs" / name).read_text(encoding="utf-8")
        for file, anchor in re.findall(r"\]\(([a-z-]*(?:\.md)?)#([a-z0-9-]+)\)", text):
            target = (ROOT / "docs" / (file or name)).read_text(encoding="utf-8")
            assert anchor in anchors(target), f"{name}: {file}#{anchor}"
