"""Synths compared value by value, and what of it is objected to."""

from __future__ import annotations

from typing import Any

from fork.comparison import ABSENT, Difference, complaints, differences
from fork.expected import EXPECTED, Expected


def stack(**bucket: Any) -> dict[str, Any]:
    return {"resource": {"aws_s3_bucket": {"reports": {"//": {"metadata": bucket}, **bucket}}}}


PATH = "resource.aws_s3_bucket.reports"


def test_same_stacks_have_no_differences() -> None:
    assert differences({"a": stack(tags={"x": [1, {"y": None}]})}, {"a": stack(tags={"x": [1, {"y": None}]})}) == []


def test_every_kind_of_difference_is_found() -> None:
    ours = stack(changed=1, kind="1", lost=None, rules=[{"days": 1}, {"days": 2}], shorter=[1, 2])
    theirs = stack(changed=2, kind=1, new={}, rules=[{"days": 1}, {"days": 3}], shorter=[1])

    assert differences({"a": ours, "b": {}}, {"a": theirs}) == [
        Difference("a", f"{PATH}.changed", 1, 2),
        Difference("a", f"{PATH}.kind", "1", 1),
        Difference("a", f"{PATH}.lost", None, ABSENT),
        Difference("a", f"{PATH}.new", ABSENT, {}),
        Difference("a", f"{PATH}.rules[1].days", 2, 3),
        Difference("a", f"{PATH}.shorter", [1, 2], [1]),
        Difference("b", "", {}, ABSENT),
    ]


def test_what_is_not_expected_and_what_is_not_found_are_objected_to() -> None:
    known = Expected("terraform.version", 5, 6, "the provider's")
    as_expected = Difference("a", "terraform.version", 5, 6)
    another = Difference("a", "terraform.version", 5, 7)

    assert complaints([as_expected], ["a"], [known]) == []
    assert complaints([another], ["a"], [known]) == [
        "not expected: a: terraform.version: 5 is 7 with the fork",
        "expected, but not found: a: terraform.version: 5 is 6 with the fork",
    ]
    assert complaints([as_expected], ["a", "b"], [known]) == [
        "expected, but not found: b: terraform.version: 5 is 6 with the fork"
    ]


def test_every_expected_difference_has_its_reason() -> None:
    assert all(entry.reason.endswith(".") for entry in EXPECTED)
    assert len({entry.path for entry in EXPECTED}) == len(EXPECTED)
