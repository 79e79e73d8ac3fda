"""docs/security.md tells what the synthesized stacks and the recorded calls say."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from tests.synth.synthesized import KEY_ETL, ROOT, Stack
from tests.unit.docs.computed import ComputedDocument
from tools.scan.privilege.calls import recorded
from tools.scan.privilege.roles import roles_of
from tools.scan.privilege.tables import admission_rows, delivery_rows, people_rows, reason_rows, role_rows, skip_rows
from tools.scan.privilege.unrecorded import UNRECORDED

DOCUMENT = ComputedDocument("security.md")


@pytest.mark.snapshot
def test_tables_are_up_to_date(all_stacks: Mapping[str, Stack], pipeline: Stack) -> None:
    documents = [stack.document for stack in all_stacks.values()]
    roles = [role for name, stack in all_stacks.items() for role in roles_of(name, stack.document)]
    DOCUMENT.check_tables(
        {
            "role": role_rows(roles, recorded(), UNRECORDED),
            "who": delivery_rows(pipeline.document),
            "policy": people_rows(all_stacks[KEY_ETL].document),
            "reason": reason_rows(UNRECORDED),
            "resource": admission_rows(documents),
            "check": skip_rows(),
        }
    )


@pytest.mark.parametrize("test", re.findall(r"`(tests/[a-z_/]+(?:\.py)?)(?:::\w+)?`", DOCUMENT.text()))
def test_named_tests_are_there(test: str) -> None:
    assert (ROOT / test).exists()


def test_named_make_targets_are_there() -> None:
    named = set(re.findall(r"`make ([a-z]+)", DOCUMENT.text()))
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert named
    assert named <= targets
