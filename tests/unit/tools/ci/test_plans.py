"""What is said of plans that the real Terraform has made."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.tools.ci.conftest import LONG, MANY
from tools.ci.changes import HIDDEN, Action, Attribute, changes_in, created_types
from tools.ci.commands import plan
from tools.ci.exceptions import CommandError, GuardedError, PipelineError
from tools.ci.markdown import LIMIT, headline, markdown
from tools.ci.planning import check_unguarded
from tools.ci.report import Report, StackPlan

SECRETS = ("first-secret", "second-secret")
STACK = "cat-test-normalize"
REPLACED = """"one \\| 'two'" → "one \\| 'three'\""""


def report(*stacks: StackPlan) -> Report:
    return Report("test", "abc1234", stacks)


def of_plan(plan: dict[str, Any], stack: str = STACK) -> StackPlan:
    return StackPlan(stack, changes_in(plan))


def test_changes_of_every_kind_the_worst_first(real_plan: dict[str, Any]) -> None:
    found = changes_in(real_plan)
    assert [(change.action, change.address) for change in found] == [
        (Action.DESTROY, "terraform_data.gone"),
        (Action.DESTROY, "terraform_data.gone_too"),
        (Action.REPLACE, "terraform_data.replaced"),
        (Action.FORGET, "terraform_data.forgotten"),
        (Action.CHANGE, "output seconds"),
        (Action.CHANGE, "terraform_data.changed"),
        (Action.CHANGE, "terraform_data.long"),
        (Action.CHANGE, "terraform_data.nested"),
        (Action.CHANGE, "terraform_data.new_name (was terraform_data.old_name)"),
        (Action.CHANGE, "terraform_data.secret"),
        (Action.ADD, "terraform_data.added"),
    ]


def test_attributes_have_their_values_unless_long_nested_or_secret(real_plan: dict[str, Any]) -> None:
    attributes = {change.address.rpartition(".")[2]: change.attributes for change in changes_in(real_plan)}
    assert attributes["changed"] == (
        Attribute("input", "300", "900"),
        Attribute("output", "300", "(known after apply)"),
    )
    assert attributes["long"] == (Attribute("input"), Attribute("output"))
    assert attributes["secret"][0] == Attribute("input", HIDDEN, HIDDEN)
    assert attributes["nested"][0] == Attribute("input", HIDDEN, HIDDEN)
    assert attributes["replaced"] == (
        Attribute("triggers_replace", '"one | `two`"', '"one | `three`"', forces_replacement=True),
    )


def test_no_secret_is_in_what_is_written(real_plan: dict[str, Any], tmp_path: Path) -> None:
    assert all(secret in json.dumps(real_plan) for secret in SECRETS), "Terraform itself shows them"
    found = report(of_plan(real_plan))
    found.write(tmp_path / "plan.json")
    texts = (tmp_path / "plan.json").read_text(encoding="utf-8"), markdown(found, "Plan of test")
    assert [secret for secret in SECRETS for text in texts if secret in text] == []


def test_markdown_as_a_whole(real_plan: dict[str, Any], empty_plan: dict[str, Any]) -> None:
    text = markdown(report(of_plan(real_plan), of_plan(empty_plan, "cat-test-etl2")), "Plan of test")
    assert (
        text
        == f"""\
<!-- cat-plan test -->
### Plan of test: 1 to add, 6 to change, 1 to forget, **1 to replace**, **2 to destroy**

Commit abc1234.

#### cat-test-normalize

| | resource | attributes |
|---|---|---|
| **destroy** | **`terraform_data.gone`** |  |
| **destroy** | **`terraform_data.gone_too`** |  |
| **replace** | **`terraform_data.replaced`** | `triggers_replace: {REPLACED}` (forces the replacement) |
| forget | `terraform_data.forgotten` |  |
| change | `output seconds` |  |
| change | `terraform_data.changed` | `input: 300 → 900`, `output: 300 → (known after apply)` |
| change | `terraform_data.long` | `input`, `output` |
| change | `terraform_data.nested` | `input: (sensitive) → (sensitive)`, `output: (sensitive) → (sensitive)` |
| change | `terraform_data.new_name (was terraform_data.old_name)` |  |
| change | `terraform_data.secret` | `input: (sensitive) → (sensitive)`, `output: (sensitive) → (sensitive)` |
| add | `terraform_data.added` |  |

#### cat-test-etl2

No changes.
"""
    )


def test_nothing_to_change(empty_plan: dict[str, Any]) -> None:
    found = report(of_plan(empty_plan))
    assert (found.empty, found.failed, headline(found)) == (True, False, "no changes")


def test_too_long_for_a_comment_loses_the_least_grave(
    large_plan: dict[str, Any], real_plan: dict[str, Any], tmp_path: Path
) -> None:
    found = report(of_plan(large_plan), of_plan(real_plan, "cat-test-etl2"))
    text = markdown(found, "Plan of test")
    assert LIMIT - 600 < len(text) <= LIMIT
    shown = [line for line in text.splitlines() if line.startswith("| ") and "`" in line]
    assert sum("**destroy**" in line for line in shown) == 4, "of both stacks"
    assert sum("**replace**" in line for line in shown) == 1, "of the stack that comes last"
    left_out = sum(found.counts().values()) - len(shown)
    assert text.endswith(
        f"\n{left_out} more rows do not fit into a comment: the workflow run's artifact has them in plan.json.\n"
    )
    assert f"{MANY + 1} to add" in text
    found.write(tmp_path / "plan.json")
    assert f"{LONG}{MANY - 1}" in (tmp_path / "plan.json").read_text(encoding="utf-8")


@pytest.mark.parametrize("room", [400, 600, 1_000, 5_000])
def test_any_limit_is_kept(large_plan: dict[str, Any], room: int) -> None:
    assert len(markdown(report(of_plan(large_plan)), "Plan of test", room)) <= room


def test_fault_and_waiting_are_told_apart() -> None:
    found = report(
        StackPlan("cat-test-normalize", fault="Error: ~~~ no bucket"), StackPlan("cat-test-etl2", waits="it waits")
    )
    assert (found.empty, found.failed) == (False, True)
    text = markdown(found, "Plan of test")
    assert "### Plan of test: cat-test-normalize failed, cat-test-etl2 not planned yet\n" in text
    assert "~~~text\nError:  no bucket\n~~~\n" in text
    assert text.endswith("Not planned yet: it waits.\n")
    assert not report(StackPlan("cat-test-etl2", waits="it waits")).failed


def test_what_a_plan_would_make_by_type(real_plan: dict[str, Any], empty_plan: dict[str, Any]) -> None:
    assert created_types(real_plan) == {"terraform_data": "terraform_data.replaced"}
    assert created_types(empty_plan) == {}


def guarded_plan(real_plan: dict[str, Any]) -> dict[str, Any]:
    """The plan as if what changes there were a bucket's policy, and what has only moved in the state a role."""
    plan: dict[str, Any] = json.loads(json.dumps(real_plan))
    types = {"terraform_data.changed": "aws_s3_bucket_policy", "terraform_data.gone": "aws_iam_role"}
    types["terraform_data.new_name"] = "aws_iam_role"
    for resource in plan["resource_changes"]:
        resource["type"] = types.get(resource["address"], resource["type"])
    return plan


def test_what_a_person_has_to_deploy_is_marked(real_plan: dict[str, Any], tmp_path: Path) -> None:
    found = report(of_plan(guarded_plan(real_plan)))
    assert found.guarded == ["terraform_data.gone", "terraform_data.changed"]
    assert report(of_plan(real_plan)).guarded == []
    text = markdown(found, "Plan of test")
    assert headline(found).endswith("**2 to destroy**, **2 by the change-guard**")
    assert "`python -m tools.ci deploy --env test --as-change-guard`" in text
    assert "| **destroy, by the change-guard** | **`terraform_data.gone`** |  |\n" in text
    assert "| change, by the change-guard | `terraform_data.changed` |" in text
    found.write(tmp_path / "plan.json")
    assert json.loads((tmp_path / "plan.json").read_text(encoding="utf-8"))["guarded"] == found.guarded


def test_a_workflow_deploys_nothing_where_a_person_is_needed(
    real_plan: dict[str, Any], empty_plan: dict[str, Any]
) -> None:
    check_unguarded(report(of_plan(real_plan), of_plan(empty_plan)))
    with pytest.raises(GuardedError, match=r"(?s)may not change\n  terraform_data\.gone\n.*--as-change-guard"):
        check_unguarded(report(of_plan(real_plan), of_plan(guarded_plan(real_plan))))
    with pytest.raises(PipelineError, match="cat-test-normalize: no bucket"):
        check_unguarded(report(StackPlan(STACK, fault="no bucket")))


def test_unknown_action_is_an_error(real_plan: dict[str, Any]) -> None:
    odd = json.loads(json.dumps(real_plan))
    odd["resource_changes"][0]["change"]["actions"] = ["open"]
    with pytest.raises(PipelineError, match=r"terraform_data\.added: Terraform plans open, which is new"):
        changes_in(odd)


def test_terraforms_own_error_is_said_and_no_plan_stays(root: Path) -> None:
    (root / "main.tf").write_text('resource "terraform_data" "kept" { inputs = "misspelt" }', encoding="utf-8")
    with pytest.raises(CommandError, match=r"(?s)terraform plan ended with 1:.*inputs"):
        plan(root)
    assert list(root.glob("*.tfplan")) == []
