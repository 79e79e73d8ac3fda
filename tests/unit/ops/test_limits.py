"""What the account has to allow before anything runs: AWS's answers as botocore's own model describes them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from envs.schema import ARROW_ENGINE, GLUE_ENGINE, Environment
from envs.test import TEST
from ops.checks import limits
from ops.checks.findings import ATTENTION, OK, UNKNOWN, Examination, Finding
from ops.platform import Platform

ARROW = replace(TEST, etl=replace(TEST.etl, transform=replace(TEST.etl.transform, engine=ARROW_ENGINE)))
BOTH_JOBS = replace(
    TEST, normalize=replace(TEST.normalize, extract=replace(TEST.normalize.extract, engine=GLUE_ENGINE))
)
BOTH_UNITS = TEST.etl.glue.processing_units + TEST.normalize.extract.glue.processing_units
EVERYBODY = {"DataLakePrincipalIdentifier": "IAM_ALLOWED_PRINCIPALS"}
Answer = tuple[str, str, dict[str, Any] | str]


@cache
def session_of(region: str) -> boto3.Session:
    """A session reads each service's model once."""
    return boto3.Session("made", "up", region_name=region)


@contextmanager
def answering(environment: Environment, *answers: Answer) -> Iterator[Platform]:
    """AWS, which gives these answers in their order: service, operation, answer or error code."""
    platform = Platform(environment, session_of(environment.provider.region))
    with ExitStack() as stack:
        stubbers: dict[str, Stubber] = {}
        for service, operation, answer in answers:
            if service not in stubbers:
                stubbers[service] = stack.enter_context(Stubber(getattr(platform, service)))
            if isinstance(answer, str):
                stubbers[service].add_client_error(operation, answer)
            else:
                stubbers[service].add_response(operation, answer)
        yield platform
        for stubber in stubbers.values():
            stubber.assert_no_pending_responses()


def found(
    look: Callable[[Examination], Iterator[Finding]], environment: Environment, *answers: Answer
) -> list[tuple[str, str, str]]:
    with answering(environment, *answers) as platform:
        findings = list(look(Examination(platform, datetime.now(UTC))))
    return [(finding.state, finding.said, finding.remedy) for finding in findings]


def concurrency(total: int, unreserved: int) -> Answer:
    return (
        "lambda_",
        "get_account_settings",
        {"AccountLimit": {"ConcurrentExecutions": total, "UnreservedConcurrentExecutions": unreserved}},
    )


NONE_RESERVED: Answer = ("lambda_", "get_function_concurrency", "ResourceNotFoundException")


@pytest.mark.parametrize(
    ("total", "unreserved", "own", "state"),
    [
        (10, 10, NONE_RESERVED, ATTENTION),
        (100, 100, NONE_RESERVED, ATTENTION),
        (101, 101, NONE_RESERVED, OK),
        (1000, 100, NONE_RESERVED, ATTENTION),
        (1000, 1000, NONE_RESERVED, OK),
        (1000, 100, ("lambda_", "get_function_concurrency", {"ReservedConcurrentExecutions": 1}), OK),
        (1000, 100, ("lambda_", "get_function_concurrency", {}), ATTENTION),
    ],
)
def test_a_function_that_reserves_concurrency_needs_an_account_that_has_it(
    total: int, unreserved: int, own: Answer, state: str
) -> None:
    ((told, said, remedy),) = found(limits.functions_at_once, ARROW, concurrency(total, unreserved), own)
    assert told == state
    assert f"{total:,} concurrent executions" in said
    assert (f"{min(total, 100)} must be left" in said) == (state == ATTENTION)
    assert ("L-B99A9384" in remedy, 'transform.engine = "spark"' in remedy) == (state == ATTENTION,) * 2


def test_without_such_a_function_ten_are_enough() -> None:
    ((state, said, _),) = found(limits.functions_at_once, TEST, concurrency(10, 10))
    assert (state, "10 concurrent executions" in said) == (OK, True)


def quotas(**values: float) -> tuple[Answer, Answer]:
    """Two pages of Service Quotas for Glue."""
    names = {"dpus": "Max task DPUs per account", "runs": "Max concurrent job runs per account"}
    pages = [
        {"Quotas": [{"ServiceCode": "glue", "QuotaCode": f"L-{name}", "QuotaName": names[name], "Value": value}]}
        for name, value in {**values}.items()
    ] or [{"Quotas": []}]
    first: dict[str, Any] = {**pages[0], "NextToken": "more"}
    rest: dict[str, Any] = pages[1] if len(pages) > 1 else {"Quotas": []}
    return ("quotas", "list_service_quotas", first), ("quotas", "list_service_quotas", rest)


@pytest.mark.parametrize(
    ("environment", "dpus", "runs", "states"),
    [
        (TEST, TEST.etl.glue.processing_units, 1, [OK, OK]),
        (TEST, TEST.etl.glue.processing_units - 1, 1, [ATTENTION, OK]),
        (BOTH_JOBS, BOTH_UNITS - 1, 1, [ATTENTION, ATTENTION]),
        (BOTH_JOBS, BOTH_UNITS, 2, [OK, OK]),
    ],
)
def test_jobs_need_their_workers_all_at_once(
    environment: Environment, dpus: float, runs: float, states: list[str]
) -> None:
    told = found(limits.workers_at_once, environment, *quotas(dpus=dpus, runs=runs))
    assert [state for state, _, _ in told] == states
    for (state, said, remedy), quota in zip(told, (dpus, runs), strict=True):
        assert f"the quota is {quota:,.0f}" in said
        assert ("--service-code glue --quota-code L-" in remedy) == (state == ATTENTION)


def test_a_quota_that_glue_does_not_tell_is_unknown() -> None:
    told = found(limits.workers_at_once, TEST, *quotas(runs=50))
    assert [state for state, _, _ in told] == [UNKNOWN, OK]
    assert "Max task DPUs per account" in told[0][1]


def test_without_jobs_glue_is_not_asked() -> None:
    assert found(limits.workers_at_once, ARROW) == []


ALL = [{"Principal": EVERYBODY, "Permissions": ["ALL"]}]
SETTINGS = "get_data_lake_settings"
NO_DATABASE: Answer = ("glue", "get_database", "EntityNotFoundException")
DATABASE: Answer = ("glue", "get_database", {"Database": {"Name": TEST.etl.catalog.database_name}})


@pytest.mark.parametrize(
    ("settings", "state"),
    [
        ({"CreateDatabaseDefaultPermissions": ALL, "CreateTableDefaultPermissions": ALL}, OK),
        ({"CreateDatabaseDefaultPermissions": ALL, "CreateTableDefaultPermissions": []}, ATTENTION),
        ({"CreateDatabaseDefaultPermissions": [], "CreateTableDefaultPermissions": ALL}, ATTENTION),
        ({}, ATTENTION),
    ],
)
def test_before_the_deployment_the_defaults_count(settings: dict[str, Any], state: str) -> None:
    answer: Answer = ("lakeformation", SETTINGS, {"DataLakeSettings": settings})
    ((told, said, remedy),) = found(limits.catalog_grants, TEST, NO_DATABASE, answer)
    assert told == state
    assert ("IAMAllowedPrincipals" in said, "Use only IAM access control" in remedy) == (True, state == ATTENTION)


def grants(*lists: list[tuple[str, str]]) -> list[Answer]:
    """What Lake Formation lists for the database, then for each table: principals and permissions."""
    return [
        (
            "lakeformation",
            "list_permissions",
            {
                "PrincipalResourcePermissions": [
                    {"Principal": {"DataLakePrincipalIdentifier": principal}, "Permissions": [permission]}
                    for principal, permission in entries
                ]
            },
        )
        for entries in lists
    ]


TABLES = len(TEST.contract.tables)
BY_IAM = [("IAM_ALLOWED_PRINCIPALS", "ALL")]
OF_ROLES = [
    (f"arn:aws:iam::111122223333:role/{name}", "ALTER") for name in (TEST.names.glue_job_role, TEST.names.crawler_role)
]


@pytest.mark.parametrize(
    ("of_database", "of_tables", "state", "named"),
    [
        (BY_IAM, [BY_IAM] * TABLES, OK, ""),
        ([], [BY_IAM] * TABLES, ATTENTION, TEST.etl.catalog.database_name),
        (BY_IAM, [BY_IAM] * (TABLES - 1) + [[]], ATTENTION, TEST.contract.tables[-1].name),
        (BY_IAM, [[("IAM_ALLOWED_PRINCIPALS", "SELECT")]] + [BY_IAM] * (TABLES - 1), ATTENTION, "messages"),
        (
            BY_IAM,
            [[("arn:aws:iam::111122223333:user/somebody", "ALL")]] + [BY_IAM] * (TABLES - 1),
            ATTENTION,
            "messages",
        ),
        (OF_ROLES, [OF_ROLES] * TABLES, OK, ""),
        (BY_IAM, [OF_ROLES[:1]] + [BY_IAM] * (TABLES - 1), ATTENTION, "messages"),
    ],
)
def test_after_it_the_grants_on_database_and_tables_count(
    of_database: list[tuple[str, str]], of_tables: list[list[tuple[str, str]]], state: str, named: str
) -> None:
    ((told, said, remedy),) = found(limits.catalog_grants, TEST, DATABASE, *grants(of_database, *of_tables))
    assert (told, named in said) == (state, True)
    assert ("aws lakeformation grant-permissions" in remedy) == (state == ATTENTION)


def test_a_table_that_is_not_there_is_no_matter_of_grants() -> None:
    missing: Answer = ("lakeformation", "list_permissions", "EntityNotFoundException")
    answers = [*grants(BY_IAM), missing, *grants(*[BY_IAM] * (TABLES - 1))]
    ((state, _, _),) = found(limits.catalog_grants, TEST, DATABASE, *answers)
    assert state == OK


def test_refusals_are_raised_for_the_doctor() -> None:
    refused: Answer = ("lakeformation", "list_permissions", "AccessDeniedException")
    with pytest.raises(ClientError, match="AccessDenied"):
        found(limits.catalog_grants, TEST, DATABASE, refused)
