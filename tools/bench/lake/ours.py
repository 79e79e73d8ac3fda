"""This platform's ETL-2 as the job and the function run it, told of the bench's lakes."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from contract.settings import NEVER, NO_TABLES, TRANSFORM_VARIABLES, TransformArgument
from contract.sources.catia import CONTRACT
from glue_src.arguments import Arguments, read_variables
from glue_src.clean_zone import CleanZone
from glue_src.clients import Clients
from glue_src.engine import LakeEngine
from glue_src.night import Night
from glue_src.run import run
from glue_src.storage import Bucket
from glue_src.tables import read_table
from tools.bench.lake.front import BUCKET
from tools.bench.lake.lake import HISTORY_DAYS
from tools.bench.lake.task import ENVIRONMENT, curated_prefix


def arguments(lake: str, clean_prefix: str, rebuild: str = NO_TABLES) -> Arguments:
    """Return ETL-2's arguments."""
    values = {
        TransformArgument.BUCKET: BUCKET,
        TransformArgument.CLEAN_PREFIX: clean_prefix,
        TransformArgument.CURATED_PREFIX: curated_prefix(lake),
        # A lake of the bench lies in one place: nobody is to be kept from a part of it.
        TransformArgument.RESTRICTED_PREFIX: curated_prefix(lake),
        TransformArgument.DATABASE: lake,
        TransformArgument.ENVIRONMENT: ENVIRONMENT,
        TransformArgument.MAX_REJECTED_RATIO: "0.05",
        TransformArgument.MAX_REMOVED_RATIO: "0.2",
        TransformArgument.HISTORY_DAYS: str(HISTORY_DAYS),
        TransformArgument.REJECTED_DAYS: str(HISTORY_DAYS),
        TransformArgument.METRICS_NAMESPACE: "CAT/Bench",
        TransformArgument.CONTRACT: CONTRACT.name,
        TransformArgument.REBUILD: rebuild,
        TransformArgument.PSEUDONYMOUS_DATABASE: NO_TABLES,
        TransformArgument.PSEUDONYM_KEY: NO_TABLES,
        TransformArgument.FORGET_BEFORE: NEVER,
    }
    return read_variables({TRANSFORM_VARIABLES[name]: value for name, value in values.items()})


def night(engine: LakeEngine, told: Arguments, with_clients: Clients) -> None:
    """Run a night.

    Raises:
        ValueError: it recorded no run.
    """
    if run(told, engine, with_clients).recorded_run is None:
        message = f"ETL-2 took no run of {told.clean_prefix}."
        raise ValueError(message)


def night_at(engine: LakeEngine, told: Arguments, with_clients: Clients, now: datetime) -> None:
    """Run a night at another time than the present."""
    bucket = Bucket(with_clients.s3, told.bucket)
    clean_zone = CleanZone(bucket, told.clean_prefix, told.contract)
    read = partial(read_table, with_clients.glue, with_clients.s3, told.database)
    Night(told, engine, bucket, clean_zone, with_clients.events, read, now=lambda: now).run()
