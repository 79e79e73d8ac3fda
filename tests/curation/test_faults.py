"""S3 and Glue refuse any of a night's requests, or the night's machine is gone from some request on."""

from __future__ import annotations

import os
import random
import re
import uuid
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from types import SimpleNamespace
from typing import Final

import botocore.endpoint
import pytest
from pyspark.sql import SparkSession

from contract.layout import TOMBSTONES_KEY
from contract.sources.catia import CONTRACT
from glue_src.arrow.engine import ArrowEngine
from glue_src.clients import Clients
from glue_src.engine import LakeEngine
from glue_src.spark.engine import SparkEngine
from tests.curation.changing import (
    SECRET,
    TABLES,
    left_behind,
    run_of_night,
    seen,
    told,
    torn,
    unseen,
)
from tests.curation.front import (
    DENIED,
    FAILED,
    FRONT_BUCKET,
    SLOWED,
    Action,
    FrontedLake,
    clients_behind,
    cut,
    each_at_first,
    fronted,
    once,
    session_behind,
)
from tests.curation.lake import Lake
from tests.faults.actions import lose_answer
from tests.faults.proxy import Proxy

#: In so many places a night is cut off. One of Spark takes seconds: ETL2_CUTS=50 looks more closely, for long.
CUTS: Final = {"spark": int(os.environ.get("ETL2_CUTS", "4")), "arrow": int(os.environ.get("ETL2_CUTS", "16"))}
#: What the SDKs get over: refusals for the moment, and answers that are lost.
MOMENTARY: Final[tuple[Action, ...]] = (SLOWED, FAILED, lose_answer)
#: One request of so many that a night makes is refused: each takes a night of seconds. 1 tries each of them.
SHARES: Final = {"spark": 72, "arrow": 12}


@pytest.fixture(scope="module")
def proxy(endpoint: str, clients: Clients) -> Iterator[Proxy]:
    clients.s3.create_bucket(Bucket=FRONT_BUCKET)
    with closing(Proxy(endpoint)) as proxy:
        yield proxy


@pytest.fixture(scope="module")
def spark_behind(proxy: Proxy, spark: SparkSession) -> SparkSession:
    return session_behind(proxy, spark)


@pytest.fixture(scope="module")
def lakes(  # noqa: PLR0913, PLR0917 - all that a lake stands on
    request: pytest.FixtureRequest,
    clients: Clients,
    endpoint: str,
    proxy: Proxy,
    engine_name: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> FrontedLake:
    """A lake behind the proxy for all tests of this module, once with each engine: each goes on with the nights."""
    name = f"l{uuid.uuid4().hex[:12]}"
    ways = clients_behind(proxy, clients)
    engine: LakeEngine
    if engine_name == "spark":
        engine = SparkEngine(request.getfixturevalue("spark_behind"), FRONT_BUCKET, name)
    else:
        engine = ArrowEngine(ways.glue, ways.s3, FRONT_BUCKET, name, tmp_path_factory.mktemp("scratch"))
    lake = Lake(engine, clients, FRONT_BUCKET, endpoint, name, CONTRACT)
    lake.create_tables()
    lakes = fronted(lake, ways, proxy)
    lakes.begin()
    return lakes


def spread(requests: int, count: int) -> list[int]:
    """Return so many of the numbers from 1 to ``requests``, by chance, but evenly: one of each stretch."""
    chance = random.Random(requests)
    ends = [requests * place // count for place in range(count + 1)]
    return [chance.randint(first + 1, last) for first, last in pairwise(ends)]


def names_what_it_is_about(message: str, lake: Lake) -> bool:
    """Return whether an error names a table, or an object of the lake."""
    tables = "|".join(dataset.name for dataset in lake.contract.tables)
    return re.search(rf"\b({tables})\b|{lake.name}/|{TOMBSTONES_KEY}", message) is not None


def test_a_night_that_is_cut_off_anywhere_leaves_each_table_whole(lakes: FrontedLake, engine_name: str) -> None:
    """For others than itself, a killed night is one whose requests end: Spark's JVM is that of all tests."""
    states, wrong = seen(lakes.lake), {}
    for at in spread(lakes.requests, CUTS[engine_name]):
        ended = lakes.night(cut(at))
        found = seen(lakes.lake)
        if not ended.refused or torn(found, states, told(lakes.last)):
            wrong[at] = ended.refused, torn(found, states, told(lakes.last))
        states = found
    assert wrong == {}
    # The next night goes on from what it finds.
    assert lakes.night().trace == ""
    assert seen(lakes.lake) == told(lakes.last)
    assert lakes.lake.runs(run_of_night(lakes.last)).keys() == {each.name for each in CONTRACT.datasets}
    for dataset in TABLES:
        state = lakes.lake.state_of(dataset)
        assert state.references.keys() == {"main"}
        assert state.trusted_sums is not None
    assert left_behind(lakes.lake)
    # Only Spark commits what readers do not see.
    assert bool(unseen(lakes.lake)) == (engine_name == "spark")
    # A day later, what the killed ones have left goes.
    lakes.publish()
    lakes.etl2.night_at(datetime.now(UTC) + timedelta(hours=25))
    assert seen(lakes.lake) == told(lakes.last)
    assert left_behind(lakes.lake) == set()
    assert unseen(lakes.lake) == []


def test_a_night_that_may_not_do_something_names_it_and_the_next_goes_on(lakes: FrontedLake, engine_name: str) -> None:
    states, wrong = seen(lakes.lake), []
    for at in spread(lakes.requests, lakes.requests // SHARES[engine_name]):
        ended, found = lakes.night(once(DENIED, at)), seen(lakes.lake)
        # Spark looks for what need not be there, and once more at what it has written: that may be denied. While it
        # plans a query it takes a denied table for one that is not as it should be.
        is_spark = engine_name == "spark"
        is_known = ended.error is not None or (is_spark and found == told(lakes.last))
        says = ended.message or lakes.lake.name + "/ denied"
        faults = {
            "nothing was denied": not ended.refused,
            "nobody knows of it": not is_known,
            "says nothing of what it is about": not names_what_it_is_about(says, lakes.lake),
            "says nothing of why": not is_spark and "denied" not in says.lower() and "Forbidden" not in says,
            "blames the CSV": "is malformed" in says,
            "quotes what people said": SECRET in ended.trace,
            "left a table torn": torn(found, states, told(lakes.last)) != [],
        }
        wrong += [
            (at, *ended.operations[at - 1 : at], fault, ended.message) for fault, is_so in faults.items() if is_so
        ]
        states = found
    assert wrong == []
    assert lakes.night().trace == ""
    assert seen(lakes.lake) == told(lakes.last)
    assert left_behind(lakes.lake)


def test_a_night_of_which_each_request_has_to_be_repeated_succeeds(
    lakes: FrontedLake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(botocore.endpoint, "time", SimpleNamespace(sleep=lambda _: None))
    for action in MOMENTARY:
        ended = lakes.night(each_at_first(action))
        assert ended.trace == "", action
        assert len(ended.operations) >= 2 * lakes.requests
        assert seen(lakes.lake) == told(lakes.last)
