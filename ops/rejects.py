"""Items that ETL-1 rejected: which and why; and what today's rules would make of them."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Final

from contract import cells
from contract.datasets import REJECTED
from contract.items.outcomes import Excluded, Rejected
from contract.runs import RunSummary
from contract.units import MIB
from envs.schema import Environment
from lambda_src.exclusions import ExclusionRule
from lambda_src.normalize import Normalizer
from ops.exits import attention, usage
from ops.lake import open_table, rows
from ops.platform import Platform
from ops.runs import listed_runs
from ops.tables import recorded_run, table_state

#: In characters: an item has up to 400 KB, and escapes make it longer.
_LONGEST_CELL: Final = 16 * MIB
#: Beside the contract's kinds, of which none has that name.
_EXCLUDED: Final = "excluded"
#: ``code: place: rule``, the place being a path such as ``Conversation[3].text``; not every rule has one.
_REASON: Final = re.compile(r"(?P<code>[a-z][a-z0-9_]*): (?:(?P<place>[A-Za-z_]\w*(?:\.\w+|\[\d+\])*): )?")
_NO_CODE: Final = "other"


@dataclass(frozen=True)
class RejectedItem:
    """A row of ``rejected``: the keys as JSON, the reason, the whole item as DynamoDB's JSON."""

    key: str
    reason: str
    item: str

    @property
    def code(self) -> str:
        """The reason's code, by which runs count."""
        found = _REASON.match(self.reason)
        return found["code"] if found else _NO_CODE

    @property
    def place(self) -> str:
        """Where in the item the rule is broken; empty where the reason names no place.

        Code and place are names of ours. What follows may quote the item: runs of earlier versions do.
        """
        found = _REASON.match(self.reason)
        return (found["place"] or "") if found else ""


@dataclass(frozen=True)
class Rejects:
    """The rejected items of one run, by reason code, with some examples of each."""

    dt: date
    run_id: str
    scanned: int
    by_code: dict[str, int]
    examples: dict[str, tuple[RejectedItem, ...]]

    @property
    def total(self) -> int:
        """How many items were rejected."""
        return sum(self.by_code.values())


@dataclass(frozen=True)
class Replay:
    """What this checkout's rules make of a run's rejected items: accepted by kind, still rejected by code."""

    dt: date
    run_id: str
    accepted: dict[str, int] = field(default_factory=dict)
    still: dict[str, int] = field(default_factory=dict)
    examples: tuple[str, ...] = ()

    @property
    def accepted_total(self) -> int:
        """How many items would now be published, or counted by their kind or as excluded."""
        return sum(self.accepted.values())


def run_of(platform: Platform, day: date | None) -> RunSummary:
    """Return the newest complete run of a day, or of all days.

    Raises:
        OpsError: there is none.
    """
    runs = listed_runs(platform.clean_zone)
    newest = next((run for run in runs if day in (None, run.day)), None)
    if newest is None:
        days = sorted({run.day for run in runs})[-5:]
        if day is None or not days:
            message = "There is no run yet."
            raise usage(message, f"{platform.command('run')} makes one.")
        # A run made now would say nothing of that day: each reads the source as it is.
        message = f"There is no run of {day}, or its CSV has expired."
        raise usage(message, f"Take one of the days with runs: {', '.join(map(str, days))}.")
    return platform.clean_zone.complete_run(newest.day, newest.run_id)


def rejected_items(platform: Platform, summary: RunSummary, *, whole: bool) -> Iterator[RejectedItem]:
    """Yield the items that a run rejected, read as they come; without ``whole`` maybe without the items themselves.

    They are read from the table if it holds this run, column by column, else from the run's own CSV: a quarantined run
    is in no table.
    """
    recorded = recorded_run(platform)
    if recorded is not None and recorded.run_id == summary.run_id and _is_of(platform, summary):
        columns = (
            REJECTED.column_names if whole else tuple(name for name in REJECTED.column_names if name != "item_json")
        )
        found = rows(open_table(platform, REJECTED), columns)
        return (RejectedItem(row["item_key"], row["reason"], row.get("item_json", "")) for row in found)
    body = platform.s3.get_object(Bucket=platform.bucket.name, Key=summary.object_of(REJECTED.name).key)["Body"]
    # A line feed ends a record and stands nowhere else; other characters that Python takes for a line's end may.
    return parse(line.decode() for line in body.iter_lines())


def _is_of(platform: Platform, summary: RunSummary) -> bool:
    """Tell whether the table of rejected items holds what the run wrote."""
    trusted = table_state(platform, REJECTED).trusted_sums
    return trusted is not None and trusted.partitions == summary.object_of(REJECTED.name).partitions


def parse(lines: Iterable[str]) -> Iterator[RejectedItem]:
    """Yield the rows of a ``rejected`` CSV.

    Raises:
        OpsError: the header is of another contract.
    """
    csv.field_size_limit(_LONGEST_CELL)
    records = csv.reader(lines)
    header = next(records, [])
    if tuple(header) != REJECTED.column_names:
        message = f"The file of rejected items does not begin with the columns {', '.join(REJECTED.column_names)}."
        raise attention(message, "Take the checkout that ETL-1 was deployed from.")
    for record in records:
        yield RejectedItem(*map(cells.restore, record))


def count(summary: RunSummary, items: Iterable[RejectedItem], examples: int) -> Rejects:
    """Count items by reason, the most frequent first, and keep the first ``examples`` of each."""
    by_code: Counter[str] = Counter()
    kept: dict[str, list[RejectedItem]] = {}
    for item in items:
        by_code[item.code] += 1
        if by_code[item.code] <= examples:
            kept.setdefault(item.code, []).append(item)
    counts = dict(by_code.most_common())
    return Rejects(
        summary.dt,
        summary.run_id,
        summary.items.scanned,
        counts,
        {code: tuple(kept.get(code, ())) for code in counts},
    )


def normalizer_of(environment: Environment) -> Normalizer:
    """Return what ETL-1 makes of an item, by this checkout's contract and the environment's exclusion rules."""
    rules = tuple(ExclusionRule(**asdict(rule)) for rule in environment.normalize.extract.exclusion_rules)
    return Normalizer(environment.contract, rules)


def replay(summary: RunSummary, items: Iterable[RejectedItem], normalizer: Normalizer, examples: int) -> Replay:
    """Normalize rejected items anew; nothing is written."""
    accepted: Counter[str] = Counter()
    still: Counter[str] = Counter()
    keys: list[str] = []
    for item in items:
        outcome = normalizer.normalize_json(item.item)
        if isinstance(outcome, Rejected):
            still[outcome.code] += 1
        else:
            accepted[_EXCLUDED if isinstance(outcome, Excluded) else outcome.kind] += 1
            keys += [item.key] if len(keys) < examples else []
    return Replay(summary.dt, summary.run_id, dict(accepted.most_common()), dict(still.most_common()), tuple(keys))
