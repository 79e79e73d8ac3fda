"""Nights of a platform without a deployment: both ETLs' own code in this process, over the emulator's services."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest

from envs.local import LOCAL
from glue_src.arrow_engine import ArrowEngine
from glue_src.exceptions import FailedDaysError
from glue_src.storage import Bucket
from lambda_src import scan
from lambda_src.clients import Clients
from lambda_src.deadline import Deadline
from lambda_src.exclusions import parse_rules
from lambda_src.execution import Surroundings, execute
from lambda_src.journal import Journal
from lambda_src.parallelism import Parallelism
from lambda_src.settings import Settings
from lambda_src.share_extraction import extract_share
from local.clients import Clients as LocalClients
from modules.contract.layout import commit_marker_prefix, partition
from sources.catia import CONTRACT
from tests.curation.lake import Lake

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from lambda_src.share import Share, ShareResult
    from lambda_src.uploads import Uploads
    from local.workspace import Workspace
    from modules.contract.runs import RunSummary

_NORMALIZE, _ETL = LOCAL.normalize, LOCAL.etl


@dataclass(frozen=True)
class InThisProcess:
    """ETL-1's engine, with clients that the environment's variables have no say in."""

    clients: Clients

    def parallelism(self, table_bytes: int, configured_segments: int | None) -> Parallelism:  # noqa: ARG002
        return Parallelism(processes=1, segments=2)

    def extract(
        self, shares: Sequence[Share], uploads: Uploads, settings: Settings, deadline: Deadline
    ) -> list[ShareResult]:
        return [extract_share(share, uploads, settings, lambda: self.clients, deadline.check) for share in shares]


@dataclass(frozen=True)
class Platform:
    """The local environment's bucket, source table and catalog, as far as a report and what it rests on need them."""

    workspace: Workspace
    lake: Lake

    @classmethod
    def on(cls, workspace: Workspace, folder: Path) -> Platform:
        clients = workspace.clients()
        workspace.source_table().ensure()
        clients.s3.create_bucket(Bucket=_ETL.data_bucket_name)
        engine = ArrowEngine(Bucket(clients.s3, _ETL.data_bucket_name), folder)
        lake = Lake(
            engine, clients.s3, clients.glue, clients.cloudwatch, _ETL.data_bucket_name, "reports", LOCAL.contract
        )
        lake.arguments = replace(
            lake.arguments,
            clean_prefix=_ETL.clean_prefix,
            curated_prefix=_ETL.curated_prefix,
            database=_ETL.catalog.database_name,
            environment=LOCAL.name,
            most_rejected_share=_ETL.transform.most_rejected_share,
        )
        lake.create_tables()
        return cls(workspace, lake)

    def night(
        self, day: date, items: Sequence[dict[str, Any]], *, curate: bool = True, fails: bool = False
    ) -> RunSummary:
        """Let the table hold ``items``, run ETL-1 half an hour before ``day`` ends in Bogota, then ETL-2.

        A later run of the same day begins a little later.
        """
        self.workspace.source_table().load(items)
        began = datetime(day.year, day.month, day.day, 4, 30, tzinfo=timezone.utc) + timedelta(days=1)
        began += timedelta(
            minutes=len(self.lake.keys(f"{commit_marker_prefix(_ETL.clean_prefix, CONTRACT)}{partition(day)}/"))
        )
        times = iter((began, began + timedelta(seconds=60 + len(items) / 1000)))
        with closing(LocalClients.of(self.workspace.emulator.endpoint_url())) as opened:
            # A client that is prepared for ETL-1 gives others no items.
            scan.prepare(opened.dynamodb)
            watched = Clients(opened.dynamodb, opened.s3)
            surroundings = Surroundings(watched, InThisProcess(watched), Deadline.after(600, ""), Journal())
            summary = execute({"dt": day.isoformat()}, _settings(), surroundings, lambda: next(times)).summary
        if fails:
            with pytest.raises(FailedDaysError):
                self.lake.run_job()
        elif curate:
            self.lake.run_job()
        return summary


def _settings() -> Settings:
    extract = _NORMALIZE.extract
    return Settings(
        bucket=_NORMALIZE.s3_bucket_name,
        table=_NORMALIZE.dynamo_table_name,
        project_id=LOCAL.project.project_id,
        environment=LOCAL.name,
        client=LOCAL.project.client,
        clean_prefix=_ETL.clean_prefix,
        time_zone=extract.time_zone,
        exclusion_rules=parse_rules(json.dumps([asdict(rule) for rule in extract.exclusion_rules])),
        scan_segments=extract.scan_segments,
        max_read_capacity_units=extract.max_read_capacity_units,
        metrics_namespace="CAT/Test",
        contract=LOCAL.contract,
    )
