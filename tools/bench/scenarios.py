"""What is measured: tables, contenders and what each promises, by scenario."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from tools.bench.contenders.task import ONE_PROCESSOR, TWO_PROCESSORS

ITEMS: Final = 20_000
QUICK_ITEMS: Final = 2_000
GROWTH: Final = 10
LATENCY_SECONDS: Final = 0.05

MIXED: Final = "mixed"
CLEAN: Final = "clean"
SMALL: Final = "small"

_ONE_TABLE: Final = "one file, one row per item; no messages dataset, no checks, no rejects"
_WHOLE_TABLE: Final = f"{_ONE_TABLE}; the whole table in memory"


@dataclass(frozen=True)
class Contender:
    """A program as it is run in a scenario: its module, the table that it reads, its scan segments and memory."""

    label: str
    program: str
    table: str = MIXED
    segments: int = 1
    memory_megabytes: int = ONE_PROCESSOR
    leaves_out: str = "nothing"


@dataclass(frozen=True)
class Scenario:
    """Contenders that run in turn against one server; ``tables`` are arguments of ``build_table`` by name."""

    name: str
    title: str
    tables: dict[str, dict[str, Any]]
    contenders: tuple[Contender, ...]
    latency: float = 0.0
    notes: tuple[str, ...] = ()


def scenarios(items: int, *, quick: bool) -> tuple[Scenario, ...]:
    """Return all scenarios for so many items."""
    large, small = (items, items // GROWTH) if quick else (items * GROWTH, items)
    return (_peers(items), _large(large, small), _latency(items))


#: Programs that do the whole work, and must not fail.
OURS_PROGRAMS: Final = frozenset(("ours", "ours-unsummed"))

OURS: Final = Contender("ours", "ours")
OURS_CLEAN: Final = Contender("ours, clean items", "ours", CLEAN)
OURS_UNSUMMED: Final = Contender("ours, no partition sums", "ours-unsummed", leaves_out="what ETL-2 compares")
OURS_TWO: Final = Contender("ours, 2 processors", "ours", segments=2, memory_megabytes=TWO_PROCESSORS)
OURS_TWO_CLEAN: Final = Contender("ours, 2 processors, clean items", "ours", CLEAN, 2, TWO_PROCESSORS)
OURS_SMALL: Final = Contender("ours, a tenth of the items", "ours", SMALL)
OURS_FOUR: Final = Contender("ours, 4 segments in threads", "ours", segments=4)
OURS_EIGHT: Final = Contender("ours, 8 segments in threads", "ours", segments=8)
OURS_TWO_EIGHT: Final = Contender(
    "ours, 8 segments on 2 processors", "ours", segments=8, memory_megabytes=TWO_PROCESSORS
)
CLIENT: Final = Contender("boto3 client + TypeDeserializer + csv", "boto3-client", leaves_out=_ONE_TABLE)
RESOURCE: Final = Contender("boto3 resource + pandas.json_normalize", "boto3-resource", leaves_out=_WHOLE_TABLE)
WRANGLER: Final = Contender(
    "awswrangler, clean items",
    "awswrangler",
    CLEAN,
    leaves_out=f"{_WHOLE_TABLE}; fails where one attribute has two types",
)
FETCH: Final = Contender("floor: fetch only", "fetch", leaves_out="everything but reading")
FLOOR: Final = Contender("floor: fetch + orjson.loads, gc off", "fetch-orjson", leaves_out="everything but parsing")


def _peers(items: int) -> Scenario:
    return Scenario(
        "peers",
        f"{items:,} items",
        {MIXED: _table(items, segments=(1, 2)), CLEAN: _table(items, clean=True, segments=(1, 2))},
        (OURS, OURS_CLEAN, OURS_TWO, OURS_TWO_CLEAN, CLIENT, RESOURCE, WRANGLER, FETCH, FLOOR),
        notes=(
            "awswrangler fails on attributes of more than one type, so it reads clean items, and so do two of ours.",
            "Peers read one segment in one process, as they do unless told otherwise.",
        ),
    )


def _large(items: int, small: int) -> Scenario:
    tables = {MIXED: _table(items, segments=(1, 2, 4)), SMALL: _table(small)}
    return Scenario(
        "large", f"{items:,} items", tables, (OURS, OURS_UNSUMMED, OURS_SMALL, OURS_TWO, OURS_FOUR, FETCH, FLOOR)
    )


def _latency(items: int) -> Scenario:
    title = f"{items:,} items, {LATENCY_SECONDS * 1000:.0f} ms before every page"
    tables = {MIXED: _table(items, segments=(1, 4, 8))}
    return Scenario("latency", title, tables, (OURS, OURS_FOUR, OURS_EIGHT, OURS_TWO_EIGHT, FETCH), LATENCY_SECONDS)


def _table(count: int, *, clean: bool = False, segments: Iterable[int] = (1,)) -> dict[str, Any]:
    return {"count": count, "clean": clean, "segment_counts": list(segments)}
