"""One run of ETL-2, whatever the engine and whoever starts it."""

from __future__ import annotations

import time
from functools import partial

from contract.discretion import discreet
from contract.version import VERSION
from glue_src import logs, metrics
from glue_src.arguments import Arguments
from glue_src.clean_zone import CleanZone
from glue_src.clients import Clients
from glue_src.engine import LakeEngine
from glue_src.exceptions import DISCREET, QuarantinedError
from glue_src.named_errors import name_errors
from glue_src.night import Night, Outcome
from glue_src.pseudonyms import PseudonymousTables, pseudonym_key
from glue_src.storage import Bucket
from glue_src.tables import read_table


def run(arguments: Arguments, engine: LakeEngine, clients: Clients) -> Outcome:
    """Publish the newest complete run, if there is anything new, and tell CloudWatch of it.

    Raises:
        CurationError: what :meth:`Night.run` raises.
        UnexpectedError: anything else, of which no message is told.
    """
    began = time.monotonic()
    logs.info("run started", code_version=VERSION)
    for client in (clients.s3, clients.glue):
        name_errors(client)
    bucket = Bucket(clients.s3, arguments.bucket)
    clean_zone = CleanZone(bucket, arguments.clean_prefix, arguments.contract)
    read = partial(read_table, clients.glue, clients.s3, arguments.database)
    try:
        pseudonymous = _pseudonymous(arguments, engine, clean_zone, clients)
        night = Night(arguments, engine, bucket, clean_zone, clients.events, read, pseudonymous=pseudonymous)
        outcome = night.run()
    except Exception as unknown:  # noqa: BLE001 - raised as what may be told of it
        error = discreet(unknown, DISCREET)
        failed = len(error.failed) if isinstance(error, QuarantinedError) else 0
        try:
            _put(arguments, clients, metrics.Figures(failed_checks=failed, seconds=time.monotonic() - began))
        except Exception as second:  # noqa: BLE001 - the night's own error must be the one that is seen
            logs.failure("metrics not sent", discreet(second, DISCREET))
        raise error from None
    _put(
        arguments,
        clients,
        metrics.Figures(
            recorded_runs=1 if outcome.recorded_run else 0,
            rewritten_partitions=outcome.rewritten_partitions,
            bytes_written=outcome.bytes_written,
            seconds=time.monotonic() - began,
        ),
    )
    return outcome


def _pseudonymous(
    arguments: Arguments, engine: LakeEngine, clean_zone: CleanZone, clients: Clients
) -> PseudonymousTables | None:
    told = arguments.pseudonymous
    if told is None:
        return None
    return PseudonymousTables(
        arguments,
        told.database,
        engine,
        clean_zone,
        read=partial(read_table, clients.glue, clients.s3, told.database),
        key=partial(pseudonym_key, clients.ssm, told.key_parameter, arguments.environment),
    )


def _put(arguments: Arguments, clients: Clients, figures: metrics.Figures) -> None:
    metrics.put(clients.cloudwatch, arguments.metrics_namespace, arguments.environment, figures)
