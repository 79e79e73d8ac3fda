"""ETL-1 as a Glue job, for tables that outgrow the Lambda function: the same run, on a Spark cluster.

Its library, ``lambda_src`` and ``contract``, comes in a zip through ``--extra-py-files``.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from awsglue.utils import getResolvedOptions
from pyspark import SparkContext

from contract.discretion import discreet
from contract.settings import EVENT_KEYS, FLAG_KEYS, VARIABLES, NormalizeArgument
from lambda_src import metrics
from lambda_src.clients import cloudwatch_client, default_clients
from lambda_src.deadline import Deadline
from lambda_src.exceptions import DISCREET
from lambda_src.execution import RunContext, execute
from lambda_src.run_log import RunLog, logger
from lambda_src.settings import Settings
from lambda_src.spark_engine import ClusterEngine

_REMEDY: Final = "Raise the job's timeout or its number_of_workers (extract.glue), or max_read_capacity_units."
_FLAGS: Final = {"true": True, "false": False}


@dataclass(frozen=True)
class Arguments:
    """What Glue passed to the script: the job's settings, and what this run is asked for."""

    settings: Settings
    event: Mapping[str, Any]
    time_limit_seconds: float
    tasks_at_once: int

    @classmethod
    def parse(cls, argv: Sequence[str]) -> Arguments:
        """Read the arguments, as they are in ``sys.argv``.

        Raises:
            awsglue.utils.GlueArgumentError: one is missing.
            SettingsError: one or more are wrong; all of them are listed.
        """
        own = (NormalizeArgument.TIME_LIMIT_MINUTES, NormalizeArgument.TASKS_AT_ONCE)
        asked = [key for key in EVENT_KEYS if any(word.partition("=")[0] == f"--{key}" for word in argv)]
        values = getResolvedOptions(list(argv), [*VARIABLES, *own, *asked])
        event = {key: values[key] for key in asked}
        for key in FLAG_KEYS:
            if key in event:
                event[key] = _FLAGS.get(event[key], event[key])
        return cls(
            settings=Settings.from_environment({variable: values[name] for name, variable in VARIABLES.items()}),
            event=event,
            time_limit_seconds=float(values[NormalizeArgument.TIME_LIMIT_MINUTES]) * 60,
            tasks_at_once=int(values[NormalizeArgument.TASKS_AT_ONCE]),
        )


def main() -> None:
    """Make a snapshot of the source table, as the arguments say.

    Raises:
        NormalizeError: the run could not be made; nothing of it is published.
    """
    arguments = Arguments.parse(sys.argv)
    try:
        clients = default_clients()
        context = RunContext(
            clients=clients,
            engine=ClusterEngine(SparkContext.getOrCreate(), arguments.tasks_at_once, clients.s3.meta.region_name),
            deadline=Deadline.after(arguments.time_limit_seconds, _REMEDY),
            run_log=RunLog(),
        )
        result = execute(arguments.event, arguments.settings, context)
    except Exception as error:  # noqa: BLE001 - raised as what may be told of it
        told = discreet(error, DISCREET)
        logger.error("run failed", exc_info=told)
        raise told from None
    if not result.dry_run:
        metrics.put(cloudwatch_client(), result.summary, arguments.settings)


if __name__ == "__main__":
    main()
