"""A night that is killed at any moment leaves each table as it was or as it becomes, and the next night goes on."""

from __future__ import annotations

import multiprocessing
import os
import random
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from contract.sources import contract_named
from contract.sources.catia import CONTRACT
from glue_src.arguments import Arguments
from glue_src.arrow.engine import ArrowEngine
from glue_src.clients import Clients
from glue_src.run import run
from tests.curation.changing import left_behind, rows_of_night, run_of_night, seen, told, torn
from tests.curation.lake import Lake

#: A start of a process each: ETL2_KILLS=50 looks more closely. Each request of a night: ``test_faults.py``.
KILLS: Final = int(os.environ.get("ETL2_KILLS", "12"))


def night(arguments: dict[str, Any], clients: Callable[[], Clients]) -> None:
    """Run a night in a process of its own; a contract is told by its name, for processes cannot hand it over."""
    told = Arguments(**{**arguments, "contract": contract_named(arguments["contract"])})
    made = clients()
    with tempfile.TemporaryDirectory() as scratch:
        run(told, ArrowEngine(made.glue, made.s3, told.bucket, told.database, Path(scratch)), made)


class ClientsAt:
    """Makes clients of an emulator; can be handed to another process."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint

    def __call__(self) -> Clients:
        import boto3

        names = ("s3", "glue", "cloudwatch", "events", "ssm")
        return Clients(*(boto3.client(name, endpoint_url=self.endpoint) for name in names))  # type: ignore[call-overload]


def test_a_killed_night_leaves_each_table_whole(make_lake: Callable[..., Lake]) -> None:
    lake = make_lake(CONTRACT, "arrow")
    lake.publish(run_of_night(0), rows_of_night(0))
    began = time.monotonic()
    lake.night()
    usual = time.monotonic() - began
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__, "boto3", "pyarrow.dataset"])
    arguments = {**vars(lake.arguments), "contract": CONTRACT.name}
    chance, states, killed = random.Random(14), told(0), 0
    for number in range(1, KILLS + 1):
        lake.publish(run_of_night(number), rows_of_night(number))
        process = context.Process(target=night, args=(arguments, ClientsAt(lake.endpoint)))
        process.start()
        process.join(chance.uniform(0, 1.5 * usual))
        process.kill()
        process.join()
        killed += process.exitcode != 0
        found = seen(lake)
        assert torn(found, states, told(number)) == [], f"night {number}"
        states = found
    assert killed > KILLS / 4
    lake.night()
    assert seen(lake) == told(KILLS)
    assert lake.runs(run_of_night(KILLS)).keys() == {each.name for each in CONTRACT.datasets}
    # A day later, what the killed ones have left goes.
    lake.publish(run_of_night(KILLS + 1), rows_of_night(KILLS + 1))
    lake.night_at(datetime.now(UTC) + timedelta(hours=25))
    assert left_behind(lake) == set()
    assert seen(lake) == told(KILLS + 1)
