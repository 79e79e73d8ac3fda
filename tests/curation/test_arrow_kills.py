"""A night that is killed at any moment leaves each table as it was or as it becomes, and the next night goes on."""

from __future__ import annotations

import multiprocessing
import random
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from contract.datasets import Dataset
from contract.sources import contract_named
from contract.sources.catia import CONTRACT, CONVERSATIONS, FEEDBACK, MESSAGES
from glue_src.arguments import Arguments
from glue_src.arrow.engine import ArrowEngine
from glue_src.clients import Clients
from glue_src.run import run
from tests.curation.lake import Cells, Lake, like, months, run_id, talk, together

KILLS: Final = 50
TABLES: Final = (MESSAGES, FEEDBACK, CONVERSATIONS)
Keys = list[tuple[Any, ...]]


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

        names = ("s3", "glue", "cloudwatch", "events")
        return Clients(*(boto3.client(name, endpoint_url=self.endpoint) for name in names))  # type: ignore[call-overload]


def rows_of_night(number: int) -> dict[Dataset, list[Cells]]:
    """Return what the source holds at one night: no two are alike in any table."""
    changing = [talk(f"u{number}", "2026-02", f"hola {number}"), like(f"u{number}", "2026-02", f"bien {number}")]
    return together(months("2026-01"), *changing)


def keys_of(rows: Mapping[Dataset, list[Cells]]) -> dict[str, Keys]:
    return {each.name: sorted((row[0], row[1]) for row in rows[each]) for each in TABLES}


def seen(lake: Lake) -> dict[str, Keys]:
    found = {each.name: lake.arrow(each).select(each.column_names[:2]).to_pydict().values() for each in TABLES}
    return {name: sorted(zip(*columns, strict=True)) for name, columns in found.items()}


def test_a_killed_night_leaves_each_table_whole(make_lake: Callable[..., Lake]) -> None:
    lake = make_lake(CONTRACT, "arrow")
    before = rows_of_night(0)
    lake.publish(run_id(0), before)
    began = time.monotonic()
    lake.night()
    usual = time.monotonic() - began
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__, "boto3", "pyarrow.dataset"])
    arguments = {**vars(lake.arguments), "contract": CONTRACT.name}
    chance, states, killed = random.Random(14), keys_of(before), 0
    for number in range(1, KILLS + 1):
        rows = rows_of_night(number)
        lake.publish(run_id(number), rows)
        process = context.Process(target=night, args=(arguments, ClientsAt(lake.endpoint)))
        process.start()
        process.join(chance.uniform(0, 1.5 * usual))
        process.kill()
        process.join()
        killed += process.exitcode != 0
        after, found = keys_of(rows), seen(lake)
        for name, keys in found.items():
            assert keys in (states[name], after[name]), f"night {number}: {name} is neither as before nor as after"
        states = found
    assert killed > KILLS / 4
    lake.night()
    assert seen(lake) == keys_of(rows)
    assert lake.runs(run_id(KILLS)).keys() == {each.name for each in CONTRACT.datasets}
