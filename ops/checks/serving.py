"""What stands beside the tables: the crawler, and the workgroup by which analysts ask."""

from __future__ import annotations

from collections.abc import Iterator

from botocore.exceptions import ClientError

from envs.schema import AFTER_JOB
from ops.aws_errors import code_of, is_absence
from ops.checks.findings import ATTENTION, OK, Check, Examination, Finding
from ops.platform import Platform
from ops.services import FAILED_CRAWL


def crawler(examined: Examination) -> Iterator[Finding]:
    """Say how the last crawl went, and whether it looks at our tables with its own role."""
    platform, names = examined.platform, examined.platform.names
    deploy = platform.deploy
    try:
        found = platform.glue.get_crawler(Name=names.crawler)["Crawler"]
    except ClientError as error:
        if not is_absence(error):
            raise
        yield Finding("crawler", ATTENTION, f"{names.crawler} does not exist", deploy)
        return
    paths = {path for target in found.get("Targets", {}).get("IcebergTargets", []) for path in target.get("Paths", [])}
    crawled = {path.rstrip("/") for path in paths}
    etl = platform.environment.etl
    wanted = {
        platform.bucket.uri(etl.table_zones.table_prefix(table)).rstrip("/")
        for table in examined.contract.tables_of_analysts
    }
    missing = sorted(wanted - crawled)
    if missing:
        yield Finding("crawler", ATTENTION, f"{names.crawler} does not look at {', '.join(missing)}", deploy)
    if not str(found.get("Role", "")).endswith(names.crawler_role):
        yield Finding("crawler", ATTENTION, f"its role is {found.get('Role')}, not {names.crawler_role}", deploy)
    last = examined.crawler
    if last.last_status == FAILED_CRAWL:
        remedy = f"aws glue start-crawler --name {names.crawler}; queries go on working (runbook: Crawler failed)"
        yield Finding("crawler", ATTENTION, f"its last crawl failed: {last.error}", remedy)
    elif not missing:
        crawls = f"last crawl {last.last_status}" if last.last_status else "it has not crawled yet"
        runs = "after each job" if etl.catalog.crawler.run == AFTER_JOB else "on demand only"
        yield Finding("crawler", OK, f"{names.crawler} runs {runs} and is {last.state}, {crawls}")


def workgroup(examined: Examination) -> Iterator[Finding]:
    """Say whether people can query: each group's workgroup, its results' place, its limit."""
    for group, name in examined.platform.environment.workgroups.items():
        yield _workgroup(examined.platform, group, name)


def _workgroup(platform: Platform, group: str, name: str) -> Finding:
    etl, deploy = platform.environment.etl, platform.deploy
    try:
        found = platform.athena.get_work_group(WorkGroup=name)["WorkGroup"]
    except ClientError as error:
        # Athena has one code for all that is wrong with a request.
        if code_of(error) != "InvalidRequestException" and not is_absence(error):
            raise
        return Finding("workgroup", ATTENTION, f"{name} does not exist", deploy)
    configuration = found.get("Configuration", {})
    results = configuration.get("ResultConfiguration", {}).get("OutputLocation", "")
    wanted = platform.bucket.uri(etl.results_prefix(group))
    faults = []
    if found.get("State") != "ENABLED":
        faults.append(f"is {found.get('State')}")
    if results.rstrip("/") != wanted.rstrip("/"):
        faults.append(f"writes its results to {results or 'nowhere'}, not to {wanted}")
    if faults:
        return Finding("workgroup", ATTENTION, f"{name} {', '.join(faults)}", deploy)
    limit = configuration.get("BytesScannedCutoffPerQuery", 0)
    return Finding("workgroup", OK, f"{name}, results in {results}, queries stop at {limit / 2**30:,.1f} GB")


CHECKS = (
    Check("crawler", ("Crawler failed", "Crawler Not Detecting Schema", "Athena Query Errors"), crawler, urgent=True),
    Check("workgroup", ("A query scans too much", "Athena Query Errors"), workgroup, urgent=True),
)
