"""What is measured of ETL-2: nights, and the programs that they are brought to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from tools.bench.lake.nights import CHANGES, FIRST, GROWN, REBUILT, UNCHANGED, Change

CONVERSATIONS: Final = 93_000
"""About 300 MB of CSV."""
QUICK_CONVERSATIONS: Final = 6_200
SPARK_ROUNDS: Final = 3
COLD_ROUNDS: Final = 1
"""One more takes minutes, most of which is Java's start."""


@dataclass(frozen=True)
class LakeContender:
    """A program as it is run: ``module:function`` of the contenders, and the nights that it is brought.

    ``in_one_process``: one process has all rounds, one lake after the other, and a first one that does not count;
    otherwise each night has a process of its own. It runs in no more than ``most_rounds``.
    ``counts_start`` adds the process's start to the night's seconds. ``sorts`` and
    ``keeps_objects`` (in the bucket) say how what it wrote is checked.
    """

    label: str
    program: str
    nights: tuple[Change, ...] = (FIRST,)
    is_ours: bool = False
    in_one_process: bool = False
    most_rounds: int = 100
    counts_start: bool = False
    sorts: bool = True
    keeps_objects: bool = True
    leaves_out: str = "nothing"

    @property
    def slug(self) -> str:
        """What its lakes are called."""
        return re.sub(r"[^a-z]+", "_", self.label.lower())


_FACTS: Final = "checks, history, telling what changed"

IN_PROCESS: Final = LakeContender("ours, in-process", "lake_arrow:prepare", CHANGES, is_ours=True)
SPARK_WARM: Final = LakeContender(
    "ours, Spark, session warm",
    "lake_spark:prepare",
    CHANGES,
    is_ours=True,
    in_one_process=True,
    most_rounds=SPARK_ROUNDS,
)
SPARK_COLD: Final = LakeContender(
    "ours, Spark, with its start",
    "lake_spark:prepare",
    (FIRST, UNCHANGED, GROWN, REBUILT),
    is_ours=True,
    counts_start=True,
    most_rounds=COLD_ROUNDS,
)
DUCKDB: Final = LakeContender(
    "DuckDB, a file a month", "lake_duckdb:prepare_plain", leaves_out=f"{_FACTS}; sorting", sorts=False
)
DUCKDB_LOCAL: Final = LakeContender(
    "DuckDB, a file a month, files on disk",
    "lake_duckdb:prepare_local",
    leaves_out=f"{_FACTS}; sorting; S3",
    keeps_objects=False,
)
FORMER: Final = LakeContender("former layout: a sorted full copy", "lake_duckdb:prepare_former", leaves_out=_FACTS)
PLAIN_SPARK: Final = LakeContender(
    "Spark, CSV to Parquet, with its start",
    "lake_spark:prepare_plain",
    leaves_out=f"{_FACTS}; sorting; a file a month",
    sorts=False,
    counts_start=True,
    most_rounds=COLD_ROUNDS,
)
CONTENDERS: Final = (IN_PROCESS, DUCKDB, DUCKDB_LOCAL, FORMER, PLAIN_SPARK, SPARK_COLD, SPARK_WARM)
OURS: Final = tuple(contender for contender in CONTENDERS if contender.is_ours)
ASKED: Final = (IN_PROCESS, SPARK_WARM)
"""Whose lakes the documentation's questions are put to."""
PEERS: Final = tuple(contender for contender in CONTENDERS if not contender.is_ours)


@dataclass(frozen=True)
class LakeScenario:
    """How many conversations the first night has; which programs run, and whether a year is simulated."""

    conversations: int
    contenders: tuple[LakeContender, ...] = CONTENDERS
    has_year: bool = True


def lake_scenario(*, quick: bool) -> LakeScenario:
    """Return what to measure."""
    return LakeScenario(QUICK_CONVERSATIONS if quick else CONVERSATIONS, has_year=not quick)
