"""What analysts stand on: tables, their files, the crawler, the workgroup, and how old the newest day is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from modules.contract.layout import curated_key, table_prefix
from ops.advice import MOST_DAYS_BEHIND
from ops.aws_errors import code_of, is_absence
from ops.checks.findings import ATTENTION, OK, Check, Finding
from ops.services import crawler_state
from ops.tables import table_states

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from ops.checks.findings import Examination


def tables(examined: Examination) -> Iterator[Finding]:
    """Say whether every table is there, and lies where ETL-2 writes."""
    platform, etl = examined.platform, examined.platform.environment.etl
    deploy = f"cdktf deploy {platform.names.etl_stack}"
    wrong = False
    for dataset in examined.contract.tables:
        try:
            table = platform.glue.get_table(DatabaseName=etl.catalog.database_name, Name=dataset.name)["Table"]
        except ClientError as error:
            if not is_absence(error):
                raise
            wrong = True
            yield Finding("tables", ATTENTION, f"{dataset.name} does not exist", deploy)
            continue
        location = table["StorageDescriptor"].get("Location", "").rstrip("/")
        wanted = platform.bucket.uri(table_prefix(etl.curated_prefix, dataset)).rstrip("/")
        if location != wanted:
            wrong = True
            yield Finding("tables", ATTENTION, f"{dataset.name} lies at {location}, ETL-2 writes {wanted}", deploy)
    if not wrong:
        yield Finding(
            "tables", OK, f"{len(examined.contract.tables)} in {etl.catalog.database_name}, where ETL-2 writes them"
        )


def files(examined: Examination) -> Iterator[Finding]:
    """Say whether the newest day's files are there."""
    days = examined.snapshot.curated_days()
    if not days:
        yield Finding("files", ATTENTION, "no day is in all tables yet", examined.command("curate"))
        return
    newest, prefix = max(days), examined.platform.environment.etl.curated_prefix
    keys = [curated_key(prefix, dataset, newest) for dataset in examined.contract.datasets]
    missing = [key for key in keys if examined.platform.bucket.find(key) is None]
    if missing:
        remedy = examined.command(f"rerun --dt {newest}")
        yield Finding("files", ATTENTION, f"the catalog has {newest}, S3 lacks {', '.join(missing)}", remedy)
    else:
        yield Finding("files", OK, f"{len(keys)} Parquet files of {newest}")


def freshness(examined: Examination) -> Iterator[Finding]:
    """Say how old the newest day is that analysts see."""
    scheduled = examined.platform.environment.normalize.schedule.enabled
    by_age: dict[tuple[date, int] | None, list[str]] = {}
    for table in table_states(examined.snapshot, examined.today):
        known = table.newest_dt is not None and table.days_behind is not None
        age = (table.newest_dt, table.days_behind) if known else None
        by_age.setdefault(age, []).append(table.name)  # type: ignore[arg-type]
    for age, names in by_age.items():
        if age is None:
            yield Finding("freshness", ATTENTION, f"{', '.join(names)}: no day yet", examined.command("run"))
            continue
        newest, behind = age
        old = scheduled and behind > MOST_DAYS_BEHIND
        said = f"{', '.join(names)}: {newest}, {behind} days behind {examined.today}"
        yield Finding("freshness", ATTENTION if old else OK, said, examined.command("run") if old else "")


def crawler(examined: Examination) -> Iterator[Finding]:
    """Say how the last crawl went, and whether the crawler looks at our tables with its own role."""
    platform, names = examined.platform, examined.platform.names
    deploy = f"cdktf deploy {names.etl_stack}"
    try:
        found = platform.glue.get_crawler(Name=names.crawler)["Crawler"]
    except ClientError as error:
        if not is_absence(error):
            raise
        yield Finding("crawler", ATTENTION, f"{names.crawler} does not exist", deploy)
        return
    targets = found.get("Targets", {}).get("CatalogTargets", [])
    crawled = {table for target in targets for table in target.get("Tables", [])}
    missing = sorted({table.name for table in examined.contract.tables} - crawled)
    if missing:
        yield Finding("crawler", ATTENTION, f"{names.crawler} does not look at {', '.join(missing)}", deploy)
    if not str(found.get("Role", "")).endswith(names.crawler_role):
        yield Finding("crawler", ATTENTION, f"its role is {found.get('Role')}, not {names.crawler_role}", deploy)
    last = crawler_state(platform)
    if last.last_status == "FAILED":
        remedy = f"aws glue start-crawler --name {names.crawler}; queries go on working (runbook: Crawler failed)"
        yield Finding("crawler", ATTENTION, f"its last crawl failed: {last.error}", remedy)
    elif not missing:
        crawls = f"last crawl {last.last_status}" if last.last_status else "it has not crawled yet"
        yield Finding("crawler", OK, f"{names.crawler} is {last.state}, {crawls}")


def workgroup(examined: Examination) -> Iterator[Finding]:
    """Say whether analysts can query: the workgroup, its results' place, its limit."""
    platform, etl = examined.platform, examined.platform.environment.etl
    name, deploy = etl.athena.work_group_name, f"cdktf deploy {platform.names.etl_stack}"
    try:
        found = platform.athena.get_work_group(WorkGroup=name)["WorkGroup"]
    except ClientError as error:
        # Athena has one code for all that is wrong with a request.
        if code_of(error) != "InvalidRequestException" and not is_absence(error):
            raise
        yield Finding("workgroup", ATTENTION, f"{name} does not exist", deploy)
        return
    configuration = found.get("Configuration", {})
    results = configuration.get("ResultConfiguration", {}).get("OutputLocation", "")
    wanted = platform.bucket.uri(etl.athena_results_prefix)
    faults = []
    if found.get("State") != "ENABLED":
        faults.append(f"is {found.get('State')}")
    if results.rstrip("/") != wanted.rstrip("/"):
        faults.append(f"writes its results to {results or 'nowhere'}, not to {wanted}")
    if faults:
        yield Finding("workgroup", ATTENTION, f"{name} {', '.join(faults)}", deploy)
    else:
        limit = configuration.get("BytesScannedCutoffPerQuery", 0)
        yield Finding("workgroup", OK, f"{name}, results in {results}, queries stop at {limit / 2**30:,.1f} GB")


CHECKS = (
    Check("tables", ("Athena Query Errors",), tables),
    Check("files", ("Crawler Not Detecting Schema",), files),
    Check("freshness", ("Is everything well?", "No fresh data"), freshness),
    Check("crawler", ("Crawler failed", "Crawler Not Detecting Schema", "Athena Query Errors"), crawler),
    Check("workgroup", ("A query scans too much", "Athena Query Errors"), workgroup),
)
