"""What is measured of ETL-2: days and contenders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from modules.contract.settings import ARROW_MEMORY_VARIABLES

CONVERSATIONS: Final = 93_000
"""About 300 MB of CSV."""
QUICK_CONVERSATIONS: Final = 5_000
GROWTH: Final = 10

DAY: Final = "day"
TENFOLD: Final = "tenfold"
TENFOLD_ROUNDS: Final = 2
"""Ten times the data takes ten times as long; fewer rounds of it say enough."""

_NO_CHECKS: Final = "the checks' facts: duplicate keys, nulls, how tables relate"


@dataclass(frozen=True)
class LakeContender:
    """A program as it is run: its module, the day that it reads, what it does not do, and variables that it needs."""

    label: str
    program: str
    day: str = DAY
    is_ours: bool = False
    tells_empty: bool = True
    leaves_out: str = "nothing"
    variables: Mapping[str, str] = field(default_factory=dict, compare=False)


ARROW: Final = LakeContender("ours, arrow", "lake-arrow", is_ours=True, variables=ARROW_MEMORY_VARIABLES)
ARROW_TENFOLD: Final = LakeContender(
    "ours, arrow, 10 times the data", "lake-arrow", TENFOLD, is_ours=True, variables=ARROW_MEMORY_VARIABLES
)
SPARK: Final = LakeContender("ours, Spark, without its start", "lake-spark", is_ours=True)
SPARK_COMPILED: Final = LakeContender("ours, Spark, once Java has compiled it", "lake-spark-compiled", is_ours=True)
TUNED: Final = LakeContender("DuckDB, tuned", "lake-duckdb-tuned", leaves_out=_NO_CHECKS)
DEFAULT: Final = LakeContender("DuckDB as it comes", "lake-duckdb-default", leaves_out=_NO_CHECKS)
PANDAS: Final = LakeContender(
    "pandas",
    "lake-pandas",
    tells_empty=False,
    leaves_out=f"{_NO_CHECKS}; telling empty texts from none; row groups that readers can skip",
)
CONTENDERS: Final = (ARROW, TUNED, DEFAULT, PANDAS, ARROW_TENFOLD, SPARK, SPARK_COMPILED)
"""In this order. What ten times the data leave behind (gigabytes of caches to give back) slows down whoever comes next:
that had better be one who takes long anyway."""
SCANNED: Final = (ARROW, SPARK, ARROW_TENFOLD)
"""Whose files are looked at as a reader does."""


@dataclass(frozen=True)
class LakeScenario:
    """How many conversations the day has; the tenfold one has ten times as many."""

    conversations: int
    contenders: tuple[LakeContender, ...] = CONTENDERS


def lake_scenario(*, quick: bool) -> LakeScenario:
    """Return what to measure."""
    return LakeScenario(QUICK_CONVERSATIONS if quick else CONVERSATIONS)
