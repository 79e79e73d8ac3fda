from __future__ import annotations

import json
from typing import Any

import pytest

from contract.items.outcomes import Excluded
from contract.items.wire_json import wire_json
from contract.sources.catia import CONTRACT
from lambda_src.exclusions import ExclusionError, ExclusionRule, Exclusions, Operator, parse_rules
from lambda_src.extraction import Extraction
from lambda_src.normalize import Normalizer

MONITOR = ExclusionRule("monitor", "user_id", "starts_with", ("monitor-", "probe-"))
ADMIN = ExclusionRule("admin", "PK", "equals", ("USER#admin", "USER#monitor-0"))
OLD = ExclusionRule("old", "SK", "starts_with", ("CONVERSATION#2019-",))
EXCLUSIONS = Exclusions(CONTRACT, (MONITOR, ADMIN, OLD))


def entry(**changes: Any) -> dict[str, Any]:
    return {"name": "a", "attribute": "PK", "operator": "equals", "values": ["USER#1"], **changes}


@pytest.mark.parametrize(
    ("partition_key", "sort_key", "rule"),
    [
        ("USER#monitor-1", "CONVERSATION#x", "monitor"),
        ("USER#probe-", "CONVERSATION#x", "monitor"),
        ("USER#monitor-0", "CONVERSATION#2019-", "monitor"),
        ("USER#admin", "CONVERSATION#2019-01", "admin"),
        ("USER#1", "CONVERSATION#2019-01-01", "old"),
        ("USER#admin2", "CONVERSATION#2020", None),
        ("monitor-1", "CONVERSATION#2020", None),
    ],
)
def test_the_first_rule_that_fits_wins(partition_key: str, sort_key: str, rule: str | None) -> None:
    found = EXCLUSIONS.first(partition_key, sort_key)

    assert (found and found.name) == rule


def test_a_key_that_is_no_text_fits_no_rule() -> None:
    assert EXCLUSIONS.first(None, None) is None
    assert EXCLUSIONS.first(None, "CONVERSATION#2019-01") is OLD


def test_a_rule_on_what_the_contract_does_not_know_is_refused() -> None:
    with pytest.raises(ExclusionError, match="rule 'a' is about 'pk'; contract 'catia' knows PK, SK, user_id"):
        Exclusions(CONTRACT, [ExclusionRule("a", "pk", "equals", ("USER#1",))])


def test_rules_are_read_from_json() -> None:
    document = json.dumps(
        [entry(), {"name": "b", "attribute": "user_id", "operator": "starts_with", "values": ["x", "y"]}]
    )

    assert parse_rules(document) == (
        ExclusionRule("a", "PK", "equals", ("USER#1",)),
        ExclusionRule("b", "user_id", "starts_with", ("x", "y")),
    )
    assert parse_rules("[]") == ()


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("", "it must be a JSON list of rules ([] for none): Expecting value"),
        ("{}", "it must be a JSON list of rules ([] for none), not a dict."),
        ("[1]", "rule 0: 1 must be an object with exactly the keys name, attribute, operator, values."),
        (json.dumps([entry(), entry()]), "the name 'a' is used 2 times; counts go by it."),
        (json.dumps([entry(name="")]), "rule 0: name '' must be a text that is not empty."),
        (json.dumps([entry(attribute="")]), "rule 0: attribute '' must be a text that is not empty."),
        (json.dumps([entry(operator=["equals"])]), "operator ['equals'] must be one of equals, starts_with."),
        (json.dumps([entry(values=[""])]), "values [''] must be a list of one or more texts, none empty"),
        (json.dumps([entry(values=[])]), "values [] must be a list"),
        (json.dumps([entry(values="USER#1")]), "values 'USER#1' must be a list"),
        (json.dumps([entry(name=1, values=[1])]), "name 1 must be a text that is not empty; rule 0: values [1]"),
        (json.dumps([entry(extra=1)]), "must be an object with exactly the keys"),
    ],
)
def test_faults_of_rules_are_told_with_value_and_rule(document: str, message: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the message is compared whole below
        parse_rules(document)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("key", "operator", "value"),
    [
        ({"S": "42"}, "equals", "42"),
        ({"N": "42"}, "equals", "42"),
        ({"N": "42.5"}, "starts_with", "42."),
        ({"M": {"N": {"N": "42"}}}, "equals", "42"),
        ({"B": "AP8="}, "equals", "AP8="),
        ({"B": b"\x00\xff"}, "equals", "AP8="),
        ({"S": None, "B": b"\x00\xff", "NULL": None}, "equals", "AP8="),
        ({"S": None, "N": "42"}, "equals", "42"),
        ({"B": "AP8="}, "starts_with", "AP"),
    ],
)
def test_keys_of_any_type_can_be_excluded(key: dict[str, Any], operator: Operator, value: str) -> None:
    for name in ("PK", "SK"):
        normalizer = Normalizer(CONTRACT, [ExclusionRule("a", name, operator, (value,))])
        item = {"PK": {"S": "USER#1"}, "SK": {"S": "REGISTER"}, name: key}
        assert normalizer.normalize(item) == Excluded("a")
        assert normalizer.normalize({**item, name: {"L": []}}) != Excluded("a")
        extraction = Extraction(CONTRACT, [ExclusionRule("a", name, operator, (value,))])
        extraction.add([wire_json(item).encode()])
        assert extraction.tally.excluded == {"a": 1}
