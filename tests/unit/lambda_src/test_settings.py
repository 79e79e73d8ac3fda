from __future__ import annotations

import pytest

from contract.settings import LambdaVariable
from contract.sources.catia import CONTRACT
from lambda_src.exceptions import SettingsError
from lambda_src.exclusions import ExclusionRule
from lambda_src.settings import Settings
from tests.unit.lambda_src.fakes import BUCKET, ENVIRONMENT, TABLE


def test_variables_are_typed() -> None:
    variables = {**ENVIRONMENT, "SCAN_SEGMENTS": "8", "MAX_READ_CAPACITY_UNITS": "500", "PATH": "/bin"}
    assert Settings.from_environment(variables) == Settings(
        bucket=BUCKET,
        table=TABLE,
        project_id="P2124",
        environment="test",
        client="CAT",
        clean_prefix="reports/etl-process1/",
        time_zone="America/Bogota",
        exclusion_rules=(ExclusionRule("monitor", "user_id", "equals", ("monitor",)),),
        scan_segments=8,
        max_read_capacity_units=500.0,
        metrics_namespace="CAT/Normalize",
        contract=CONTRACT,
        tombstone_key="/cat/test/tombstone-key",
    )


def test_every_variable_of_the_contract_is_read_and_required() -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment({})

    names = [value for name, value in vars(LambdaVariable).items() if not name.startswith("_")]
    assert caught.value.faults == tuple(
        f"{name} is not set: every variable is required, so deploy the function again." for name in names
    )


@pytest.mark.parametrize(
    ("variable", "value", "fault"),
    [
        ("S3_BUCKET_NAME", " ", "S3_BUCKET_NAME is ' ': it must not be empty."),
        (
            "CLEAN_PREFIX",
            "/reports",
            (
                "CLEAN_PREFIX is '/reports': a prefix ends in one slash and starts with none, for example "
                "reports/etl-process1/."
            ),
        ),
        (
            "TIME_ZONE",
            "America/Macondo",
            (
                "TIME_ZONE is 'America/Macondo': no such time zone: use an IANA name such as America/Bogota, and keep "
                "tzdata in the layer."
            ),
        ),
        (
            "SCAN_SEGMENTS",
            "0",
            "SCAN_SEGMENTS is '0': it must be a whole number from 1 to 1000000, or auto: chosen by the table's size.",
        ),
        (
            "MAX_READ_CAPACITY_UNITS",
            "0",
            (
                "MAX_READ_CAPACITY_UNITS is '0': it must be a number of read units per second above 0, such as 500 or "
                "0.5, or unlimited."
            ),
        ),
        (
            "METRICS_NAMESPACE",
            "AWS/Lambda",
            (
                "METRICS_NAMESPACE is 'AWS/Lambda': a CloudWatch namespace has 1 to 255 letters, digits or ._/#:- and "
                "does not start with AWS/."
            ),
        ),
        (
            "EXCLUSION_RULES",
            "{}",
            "EXCLUSION_RULES is '{}': it must be a JSON list of rules ([] for none), not a dict.",
        ),
    ],
)
def test_a_wrong_variable_is_told_with_value_rule_and_remedy(variable: str, value: str, fault: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment({**ENVIRONMENT, variable: value})

    assert str(caught.value) == f"The function's environment variables are wrong:\n  - {fault}"


@pytest.mark.parametrize(("text", "segments"), [("1", 1), ("1000000", 1_000_000), ("auto", None)])
def test_numbers_of_segments(text: str, segments: int | None) -> None:
    assert Settings.from_environment({**ENVIRONMENT, "SCAN_SEGMENTS": text}).scan_segments == segments


@pytest.mark.parametrize(
    ("text", "units"), [("0.5", 0.5), ("40000", 40_000.0), ("9" * 15, 999_999_999_999_999.0), ("unlimited", None)]
)
def test_read_capacities(text: str, units: float | None) -> None:
    variables = {**ENVIRONMENT, "MAX_READ_CAPACITY_UNITS": text}
    assert Settings.from_environment(variables).max_read_capacity_units == units


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        *(
            ("SCAN_SEGMENTS", value)
            for value in (
                "1000001",
                "-1",
                "1.0",
                "",
                " 1",
                "\N{ARABIC-INDIC DIGIT EIGHT}",
                "1_0",
                "9" * 5000,
                "Auto",
                "None",
            )
        ),
        *(
            ("MAX_READ_CAPACITY_UNITS", value)
            for value in (
                "",
                "0.0",
                "-1",
                "1.",
                ".5",
                "1e3",
                "inf",
                "nan",
                " 1",
                "1_0",
                "1\n",
                "9" * 16,
                "Unlimited",
                "None",
            )
        ),
        *(("TIME_ZONE", value) for value in ("", "America", "../etc/passwd", "/etc/localtime", "UTC\0")),
        *(("CLEAN_PREFIX", value) for value in ("", "/", "a", "/a/", "a//")),
        *(("METRICS_NAMESPACE", value) for value in ("", "a" * 256, "ñ", "a b")),
    ],
)
def test_other_wrong_values(variable: str, value: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment({**ENVIRONMENT, variable: value})
    assert len(caught.value.faults) == 1


def test_all_faults_are_told_together() -> None:
    wrong = {**ENVIRONMENT, "SCAN_SEGMENTS": "many", "TIME_ZONE": "here"}
    del wrong["PROJECT_ID"]

    with pytest.raises(SettingsError) as caught:
        Settings.from_environment(wrong)
    assert [fault.split()[0] for fault in caught.value.faults] == ["PROJECT_ID", "TIME_ZONE", "SCAN_SEGMENTS"]
