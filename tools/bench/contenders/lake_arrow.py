"""This platform's ETL-2 in one process, as the Lambda function runs it."""

from __future__ import annotations

from pathlib import Path

from glue_src.arrow.engine import ArrowEngine
from glue_src.clients import default_clients
from tools.bench.lake.front import BUCKET
from tools.bench.lake.ours import arguments, night
from tools.bench.lake.task import LakeTask, NightTask, Program


def prepare(task: LakeTask) -> Program:
    """Make clients: a function that is warm has them."""
    with_clients = default_clients()

    def work(lake: str, one: NightTask) -> None:
        engine = ArrowEngine(with_clients.glue, with_clients.s3, BUCKET, lake, Path(task.scratch))
        night(engine, arguments(lake, one.clean_prefix, one.rebuild), with_clients)

    return Program(work)
