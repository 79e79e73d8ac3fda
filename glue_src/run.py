"""One run of ETL-2, whatever the engine and whoever starts it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from glue_src import metrics
from glue_src.catalog import Catalog
from glue_src.clean_zone import CleanZone
from glue_src.curated_zone import CuratedZone
from glue_src.curation import Curation
from glue_src.exceptions import FailedDaysError, QuarantinedError
from glue_src.retention import Retention
from glue_src.storage import Bucket

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_glue import GlueClient
    from mypy_boto3_s3 import S3Client

    from glue_src.arguments import Arguments
    from glue_src.engine import TransformEngine


@dataclass(frozen=True)
class Clients:
    """The AWS services that ETL-2 talks to."""

    s3: S3Client
    glue: GlueClient
    cloudwatch: CloudWatchClient


def _no_limit() -> None:
    """Let a run take the time it needs: its service stops it, and the next one goes on."""


def run(
    arguments: Arguments, engine: TransformEngine, clients: Clients, check_time: Callable[[], None] = _no_limit
) -> int:
    """Curate what is to be curated, then apply retention to what is older than the newest curated day.

    Returns how many days were curated. ``check_time`` is called before each; what it raises ends the curating.

    Raises:
        ColumnTypeError: the catalog's tables contradict the contract; nothing was done.
        FailedDaysError: days could not be curated; all others were, and retention has been applied.
    """
    began = time.monotonic()
    bucket = Bucket(clients.s3, arguments.bucket)
    clean_zone = CleanZone(bucket, arguments.clean_prefix, arguments.contract)
    curated_zone = CuratedZone(bucket, arguments.curated_prefix, arguments.contract)
    catalog = Catalog(clients.glue, arguments.database, arguments.contract)
    catalog.add_missing_columns()
    share = arguments.most_rejected_share
    curation = Curation(engine, arguments.contract, clean_zone, curated_zone, catalog, share)
    outcome = curation.run(check_time)
    Retention(arguments.contract, clean_zone, curated_zone, catalog).apply()
    quarantined = [error for error in outcome.failures.values() if isinstance(error, QuarantinedError)]
    figures = metrics.Figures(
        failed_checks=sum(len(error.failed) for error in quarantined),
        published_days=len(outcome.curated),
        seconds=time.monotonic() - began,
    )
    metrics.put(clients.cloudwatch, arguments.metrics_namespace, arguments.environment, figures)
    if outcome.failures:
        raise FailedDaysError(outcome.failures)
    return len(outcome.curated)
