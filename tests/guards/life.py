"""The life of prod's data, step by step with the real tools: from a bucket that somebody made to its last day.

Of each stack only what holds data is deployed; the rest would take minutes and is deployed by tests/integration.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from envs.naming import Names
from tests.guards.document import run_commands_under
from tests.guards.roots import Done, Root, on_synthesized
from tests.guards.variants import EMPTIED, RENAMED, SHIPPED, UNGUARDED
from tools.local.machine_tools import PROJECT

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

NAMES: Final = Names("prod")
TABLE: Final = "aws_glue_catalog_table.iceberg_feedback"
REPORT: Final = "reports/etl-process1/conversations/dt=2026-01-31/conversations-kept.csv"

_APPLY: Final = ("apply", "-input=false", "-auto-approve")
_BUCKET: Final = "-target=aws_s3_bucket.reports"
_TOPIC: Final = "-target=aws_sns_topic.alerts"


@dataclass(frozen=True, kw_only=True)
class Life:
    """What each step said, and which data the bucket held after it."""

    etl_first: Done
    made_twice: Done
    imported: Done
    adopted: Done
    kept_by_adoption: list[str]
    renamed: Done
    normalize_refused: Done
    etl_refused: Done
    unguarded: Done
    kept_by_s3: list[str]
    etl_state_left: str
    emptied: Done
    buckets_left: list[str]


def live(variants: Path, folder: Path, variables: Mapping[str, str], s3: S3Client) -> Life:
    """Go through all steps."""

    def root(variant: str, stack: str) -> Root:
        return Root(variants / variant / "stacks" / stack, variables)

    def kept() -> list[str]:
        listed = s3.list_objects_v2(Bucket=NAMES.reports_bucket, Prefix="reports/")
        return [entry["Key"] for entry in listed.get("Contents", [])]

    normalize, etl = root(SHIPPED, NAMES.normalize_stack), root(SHIPPED, NAMES.etl_stack)
    renamed, emptied = root(RENAMED, NAMES.normalize_stack), root(EMPTIED, NAMES.normalize_stack)
    for each in (normalize, etl, renamed, emptied):
        each.succeed("init", "-input=false")
    etl_first = etl.terraform("plan", "-input=false")
    s3.create_bucket(Bucket=NAMES.reports_bucket)
    s3.put_object(Bucket=NAMES.reports_bucket, Key=REPORT, Body=b"somebody's data")
    with ThreadPoolExecutor() as at_once:
        catalog = at_once.submit(etl.succeed, *_APPLY, f"-target={TABLE}")
        made_twice = normalize.terraform(*_APPLY, _BUCKET)
        imported = run_commands_under("Adopt what is there", folder, variables, {"cdktf.out": variants / SHIPPED})
        adopted = normalize.terraform(*_APPLY, _BUCKET, _TOPIC)
        kept_by_adoption = kept()
        catalog.result()
        plans = [
            at_once.submit(each.terraform, "plan", "-input=false", "-lock=false", *options)
            for each, options in ((renamed, ()), (normalize, ("-destroy",)), (etl, ("-destroy",)))
        ]
        renamed_plan, normalize_refused, etl_refused = (plan.result() for plan in plans)
    unguarded = run_commands_under(
        "Take an environment down",
        PROJECT,
        {**variables, **on_synthesized(variants / UNGUARDED)},
        # Nobody is here to type yes.
        {"cdktf destroy": "cdktf destroy --auto-approve"},
    )
    kept_by_s3, etl_state_left = kept(), etl.succeed("state", "list")
    emptied.succeed(*_APPLY, _BUCKET)
    return Life(
        etl_first=etl_first,
        made_twice=made_twice,
        imported=imported,
        adopted=adopted,
        kept_by_adoption=kept_by_adoption,
        renamed=renamed_plan,
        normalize_refused=normalize_refused,
        etl_refused=etl_refused,
        unguarded=unguarded,
        kept_by_s3=kept_by_s3,
        etl_state_left=etl_state_left,
        emptied=emptied.terraform("destroy", "-input=false", "-auto-approve"),
        buckets_left=[bucket["Name"] for bucket in s3.list_buckets()["Buckets"]],
    )
