"""What the account has to allow before anything runs: concurrency, workers, and the catalog's grants by IAM alone."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from botocore.exceptions import ClientError

from envs.schema import ARROW_CONCURRENCY
from ops.aws_errors import is_absence
from ops.checks.findings import ATTENTION, OK, UNKNOWN, Check, Examination, Finding
from ops.platform import Platform

#: Lambda lets nobody reserve the account's last ones; an account that has fewer may reserve none:
#: https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
_LEAST_UNRESERVED: Final = 100
#: "Concurrent executions" of Lambda: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
_LAMBDA_QUOTA: Final = "L-B99A9384"
#: Glue's quotas by name: https://docs.aws.amazon.com/general/latest/gr/glue.html
_DPU_QUOTA: Final = "Max task DPUs per account"
_RUNS_QUOTA: Final = "Max concurrent job runs per account"
#: Whoever IAM lets in: https://docs.aws.amazon.com/lake-formation/latest/dg/change-settings.html
_EVERYBODY: Final = "IAM_ALLOWED_PRINCIPALS"
_NOT_ASKED: Final = "not asked: AWS_ENDPOINT_URL names an endpoint that is not AWS's"


def functions_at_once(examined: Examination) -> Iterator[Finding]:
    """Say whether Lambda's concurrency has room for what ETL-2's function reserves."""
    platform = examined.platform
    limit = platform.lambda_.get_account_settings()["AccountLimit"]
    total, unreserved = limit["ConcurrentExecutions"], limit["UnreservedConcurrentExecutions"]
    said = f"{total:,} concurrent executions, {unreserved:,} of them unreserved"
    least = min(_LEAST_UNRESERVED, total)
    if platform.by_spark or unreserved + _reserved(platform) - ARROW_CONCURRENCY >= least:
        yield Finding("Lambda's quota", OK, said)
        return
    remedy = (
        f'{_raised("lambda", _LAMBDA_QUOTA, 1000)}; or transform.engine = "spark" in envs/ '
        "(runbook: The account's quotas are too small)"
    )
    function = platform.names.etl_function
    refused = f"{said}: {function} reserves {ARROW_CONCURRENCY}, and {least} must be left: its deployment is refused"
    yield Finding("Lambda's quota", ATTENTION, refused, remedy)


def _reserved(platform: Platform) -> int:
    """Return what ETL-2's function has reserved already."""
    try:
        found = platform.lambda_.get_function_concurrency(FunctionName=platform.names.etl_function)
    except ClientError as error:
        if not is_absence(error):
            raise
        return 0
    return found.get("ReservedConcurrentExecutions", 0)


def workers_at_once(examined: Examination) -> Iterator[Finding]:
    """Say whether Glue gives the jobs their workers, all jobs of the environment at once."""
    platform, normalize, etl = (
        examined.platform,
        examined.platform.environment.normalize,
        examined.platform.environment.etl,
    )
    jobs = [*([normalize.extract.glue] if platform.by_glue else []), *([etl.glue] if platform.by_spark else [])]
    if not jobs:
        return
    if platform.environment.provider.custom_endpoint:
        yield Finding("Glue's quotas", OK, _NOT_ASKED)
        return
    pages = platform.quotas.get_paginator("list_service_quotas").paginate(ServiceCode="glue")
    quotas = {quota["QuotaName"]: quota for page in pages for quota in page["Quotas"]}
    for name, needed in ((_DPU_QUOTA, sum(job.processing_units for job in jobs)), (_RUNS_QUOTA, len(jobs))):
        yield _compared(name, needed, quotas.get(name))


def _compared(name: str, needed: int, quota: Mapping[str, Any] | None) -> Finding:
    if quota is None:
        remedy = f"look in Service Quotas, AWS Glue: {needed} are needed"
        return Finding("Glue's quotas", UNKNOWN, f"Service Quotas does not tell {name!r}", remedy)
    said = f"{name}: {needed} are needed, the quota is {quota['Value']:,.0f}"
    if quota["Value"] >= needed:
        return Finding("Glue's quotas", OK, said)
    remedy = f"{_raised('glue', quota['QuotaCode'], needed)} (runbook: The account's quotas are too small)"
    return Finding("Glue's quotas", ATTENTION, said, remedy)


def _raised(service: str, code: str, wanted: int) -> str:
    return (
        f"aws service-quotas request-service-quota-increase --service-code {service} --quota-code {code} "
        f"--desired-value {wanted}"
    )


def catalog_grants(examined: Examination) -> Iterator[Finding]:
    """Say whether IAM alone opens the catalog to the stacks' roles, or Lake Formation asks for grants of its own."""
    platform = examined.platform
    if platform.environment.provider.custom_endpoint:
        yield Finding("Lake Formation", OK, _NOT_ASKED)
        return
    database = platform.environment.etl.catalog.database_name
    try:
        platform.glue.get_database(Name=database)
    except ClientError as error:
        if not is_absence(error):
            raise
        yield _defaults(platform)
        return
    resources: dict[str, Any] = {database: {"Database": {"Name": database}}}
    for table in examined.contract.tables:
        resources[table.name] = {"Table": {"DatabaseName": database, "Name": table.name}}
    closed = [name for name, resource in resources.items() if not _is_open(platform, resource)]
    if not closed:
        yield Finding("Lake Formation", OK, f"IAM decides who may use {database} and its tables")
        return
    said = f"Lake Formation keeps the stacks' roles from {', '.join(closed)}, whatever IAM allows them"
    yield Finding("Lake Formation", ATTENTION, said, _granted(resources[closed[0]]))


def _defaults(platform: Platform) -> Finding:
    settings: Mapping[str, Any] = platform.lakeformation.get_data_lake_settings()["DataLakeSettings"]
    defaults = [settings.get(f"Create{kind}DefaultPermissions", []) for kind in ("Database", "Table")]
    if all(any(_is_everything(grant) for grant in grants) for grants in defaults):
        return Finding("Lake Formation", OK, "new databases and tables are open to IAMAllowedPrincipals")
    remedy = (
        'before the deployment, tick both "Use only IAM access control" in Lake Formation\'s Data Catalog settings, or '
        "grant after it (runbook: Lake Formation closes the catalog)"
    )
    said = "new databases or tables get no grant for IAMAllowedPrincipals: the stacks' roles could not use them"
    return Finding("Lake Formation", ATTENTION, said, remedy)


def _is_open(platform: Platform, resource: Any) -> bool:
    """Tell whether everybody whom IAM lets in, or each of the roles that work in the catalog, has a grant."""
    try:
        found = platform.lakeformation.list_permissions(Resource=resource)["PrincipalResourcePermissions"]
    except ClientError as error:
        # A table that is not there is the check of tables to tell.
        if not is_absence(error):
            raise
        return True
    if any(_is_everything(grant) for grant in found):
        return True
    names = platform.names
    engine = names.glue_job_role if platform.by_spark else names.etl_function_role
    granted = {grant["Principal"].get("DataLakePrincipalIdentifier", "").rpartition("/")[2] for grant in found}
    return {engine, names.crawler_role} <= granted


def _is_everything(grant: Mapping[str, Any]) -> bool:
    return grant["Principal"].get("DataLakePrincipalIdentifier") == _EVERYBODY and "ALL" in grant["Permissions"]


def _granted(resource: Any) -> str:
    return (
        f"as a data lake administrator, for each: aws lakeformation grant-permissions --permissions ALL --principal "
        f"DataLakePrincipalIdentifier={_EVERYBODY} --resource '{json.dumps(resource)}' "
        "(runbook: Lake Formation closes the catalog)"
    )


CHECKS = (
    Check("Lambda's quota", ("The account's quotas are too small",), functions_at_once),
    Check("Glue's quotas", ("The account's quotas are too small",), workers_at_once),
    Check("Lake Formation", ("Lake Formation closes the catalog",), catalog_grants),
)
