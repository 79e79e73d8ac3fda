"""Terraform's own words on stacks, with the one provider that is built in and with one that nobody has."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fork.environment import ForkError
from fork.validation import validate


def stack(**arguments: Any) -> dict[str, Any]:
    return {"resource": {"terraform_data": {"one": arguments}}}


def test_valid_stacks_are_counted(tmp_path: Path) -> None:
    said = validate({"a": stack(input="x"), "b": stack(triggers_replace="y")}, tmp_path)

    assert said == "2 stacks are valid, without a warning"


def test_stack_that_is_not_valid_is_named_with_its_fault(tmp_path: Path) -> None:
    with pytest.raises(ForkError, match=r"(?s)^b is not as the provider wants it.*no_such_argument"):
        validate({"a": stack(input="x"), "b": stack(no_such_argument="y")}, tmp_path)


def test_provider_that_is_out_of_reach_is_said_plainly(tmp_path: Path) -> None:
    nowhere = {"terraform": {"required_providers": {"none": {"source": "registry.invalid/none/none"}}}}

    assert validate({"a": nowhere}, tmp_path).startswith("NOT VALIDATED, for the provider is out of reach here:")


def test_other_failures_of_terraform_are_not_taken_for_that(tmp_path: Path) -> None:
    with pytest.raises(ForkError, match="no_such_setting"):
        validate({"a": {"terraform": {"no_such_setting": {}}}}, tmp_path)
