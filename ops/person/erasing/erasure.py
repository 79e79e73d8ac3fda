"""The steps of an erasure, in their order. Each may be repeated; the journal says which have ended."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final

from contract.layout import table_prefix
from contract.masking import pseudonymous_datasets
from contract.runs import RunSummary
from contract.tombstones import Tombstone, hash_of
from glue_src.exceptions import IncompleteRunError, TableMissingError
from glue_src.maintenance import key_of
from glue_src.tables import TableState, read_table
from ops.exits import attention
from ops.person.erasing import burying, journal, source_items
from ops.person.erasing.journal import Journal
from ops.person.erasing.purging import Purge
from ops.person.erasing.stages import Stages
from ops.platform import Platform
from ops.runs import listed_runs
from ops.tables import recorded_run, table_state

#: The steps' names in the journal.
SOURCE: Final = "source"
BURIED: Final = "buried"
PUBLISHED: Final = "published"
FORGOTTEN: Final = "forgotten"
OBJECTS: Final = "objects"
VERSIONS: Final = "versions"
DONE: Final = "done"


@dataclass(frozen=True)
class Plan:
    """Whom it is about, and what is held now: ``rows`` by table, and the items that the source still has.

    ``resumed`` is the journal of an erasure of the same people that has not ended.
    """

    users: tuple[str, ...]
    now: datetime
    rows: dict[str, int]
    source_items: int
    resumed: Journal | None

    @property
    def covers_until(self) -> datetime:
        """Up to when items are left out."""
        return self.resumed.covers_until if self.resumed else self.now


def plan(platform: Platform, users: tuple[str, ...], now: datetime) -> Plan:
    """Look at what is held, and change nothing.

    Raises:
        OpsError: the contract names nobody, or the tombstones or their key are damaged.
    """
    key = burying.existing_key(platform)
    resumed = None
    if key is not None:
        hashes = hashes_of(platform, key, users)
        resumed = next((each for each in journal.unfinished(platform.bucket, DONE) if each.hashes == hashes), None)
    covers_until = resumed.covers_until if resumed else now
    items = sum(1 for _ in source_items.covered_items(platform, users, covers_until))
    return Plan(users, now, rows_held(platform, users), items, resumed)


def hashes_of(platform: Platform, key: bytes, users: tuple[str, ...]) -> tuple[str, ...]:
    """Return the people's hashes, sorted: the same people in another order are the same erasure."""
    return tuple(sorted(hash_of(key, platform.environment.contract.name, user) for user in users))


def rows_held(platform: Platform, users: tuple[str, ...]) -> dict[str, int]:
    """Return how many rows of the people readers see now, by table."""
    from pyiceberg.expressions import In

    from ops.lake import open_table
    from ops.person.identity import identity_of

    column = identity_of(platform.environment.contract).column
    held = {}
    for dataset in platform.environment.contract.datasets:
        if column in dataset.column_names:
            theirs: Any = In
            scan = open_table(platform, dataset).scan(row_filter=theirs(column, users), selected_fields=(column,))
            held[dataset.name] = scan.to_arrow().num_rows
    return held


@dataclass
class Erasure:
    """An erasure at work: what it does is done, step by step, from wherever it was left."""

    platform: Platform
    stages: Stages
    plan: Plan
    now: Callable[[], datetime]
    beat: Callable[[str], None] = lambda _: None

    def run(self, *, delete_source_items: bool) -> Journal:
        """Make all steps that have not been made, and return the journal.

        Raises:
            OpsError: a step failed: what is done stays done, and the same command goes on from there.
        """
        key = burying.key_of(self.platform)
        hashes = hashes_of(self.platform, key, self.plan.users)
        self._journal = self.plan.resumed or Journal.begun(hashes, self.plan.covers_until)
        journal.write(self.platform.bucket, self._journal)
        self._step(SOURCE, lambda: self._empty_source(delete_source_items=delete_source_items))
        self._step(BURIED, self._bury)
        self._step(PUBLISHED, self._publish)
        self._step(FORGOTTEN, self._forget)
        self._step(OBJECTS, self._purge_objects)
        self._step(VERSIONS, lambda: {"versions": self._purge().versions()})
        self._step(DONE, self._check)
        return self._journal

    def _step(self, name: str, work: Callable[[], dict[str, int]]) -> None:
        if name in self._journal.done:
            return
        self.beat(f"step {name}")
        counts = work()
        # By S3's clock and rounded up: what is compared with it are times of objects.
        self._journal = self._journal.with_step(name, self._s3_now() + timedelta(seconds=1), **counts)
        journal.write(self.platform.bucket, self._journal)

    def _s3_now(self) -> datetime:
        answer = self.platform.s3.head_bucket(Bucket=self.platform.bucket.name)
        return parsedate_to_datetime(answer["ResponseMetadata"]["HTTPHeaders"]["date"])

    def _empty_source(self, *, delete_source_items: bool) -> dict[str, int]:
        items = source_items.covered_items(self.platform, self.plan.users, self._journal.covers_until)
        if delete_source_items:
            return {"source_items": source_items.delete(self.platform, items)}
        if next(items, None) is not None:
            message = "The source table still has items of these people."
            raise attention(message, "Delete them there, or add --source.")
        return {}

    def _bury(self) -> dict[str, int]:
        until, now = self._journal.covers_until, self.now()
        burying.bury(self.platform, [Tombstone(one, until, now) for one in self._journal.hashes])
        return {"people": len(self._journal.hashes)}

    def _publish(self) -> dict[str, int]:
        before = {f"rows_before_{name}": rows for name, rows in self._rows().items()}
        if "scanned" not in self._journal.counts:
            # Before the run: after a kill the first ones count.
            self._journal = replace(self._journal, counts={**before, **self._journal.counts})
        summary = self._summary_of(self._journal.run_id)
        if summary is None:
            summary = self.stages.extract()
            self._journal = journal.write(self.platform.bucket, replace(self._journal, run_id=summary.run_id))
        self.stages.await_published(summary)
        recorded = recorded_run(self.platform)
        if recorded is None or recorded.run_id < summary.run_id:
            message = f"Run {summary.run_id} is not what the tables hold."
            raise attention(message, "Give the same command again: it goes on from here.")
        after = {f"rows_after_{name}": rows for name, rows in self._rows().items()}
        return {"scanned": summary.items.scanned, "tombstoned": summary.items.tombstoned, **after}

    def _rows(self) -> dict[str, int]:
        return {
            dataset.name: table_state(self.platform, dataset).rows
            for dataset in self.platform.environment.contract.datasets
        }

    def _summary_of(self, run_id: str | None) -> RunSummary | None:
        """Return the run that this erasure has made already, if it is there and was not overtaken by another one."""
        for run in listed_runs(self.platform.clean_zone):
            if run.run_id == run_id:
                try:
                    summary = self.platform.clean_zone.complete_run(run.day, run.run_id)
                except IncompleteRunError:
                    return None
                return summary if summary.tombstones == self.platform.clean_zone.honoured_now else None
        return None

    def _forget(self) -> dict[str, int]:
        self.stages.forget(self._s3_now())
        bound = self._journal.ended_at(PUBLISHED) - timedelta(seconds=1)
        kept = [
            told for told, state in self._states() if any(snapshot.committed_at < bound for snapshot in state.snapshots)
        ]
        if kept:
            message = f"Earlier snapshots are still there: {', '.join(kept)}."
            raise attention(message, "Give the same command again: it goes on from here.")
        return {}

    def _states(self) -> Iterator[tuple[str, TableState]]:
        """Yield all tables, the pseudonymous ones where the environment has any, with what they are called."""
        platform = self.platform
        for dataset in platform.environment.contract.tables:
            yield dataset.name, table_state(platform, dataset)
        database = platform.names.pseudonymous_database
        for dataset in pseudonymous_datasets(platform.environment.contract):
            with suppress(TableMissingError):
                state = read_table(platform.glue, platform.s3, database, dataset.name)
                yield f"{dataset.name} (pseudonymous)", state

    def _purge(self) -> Purge:
        tables, etl = self.platform.environment.contract.tables, self.platform.environment.etl
        prefixes = (
            # Where the catalog says that they lie: the environment may not be of this checkout.
            *(f"{key_of(table_state(self.platform, dataset).location)}/" for dataset in tables),
            *(table_prefix(etl.pseudonymous_prefix, dataset) for dataset in tables),
        )
        run_id, before = self._journal.run_id or "", self._journal.ended_at(FORGOTTEN)
        return Purge(self.platform, prefixes, run_id, before, self.beat)

    def _purge_objects(self) -> dict[str, int]:
        purge = self._purge()
        return {"uploads": purge.uploads(), "objects": purge.objects()}

    def _check(self) -> dict[str, int]:
        left = self._purge().left()
        if left:
            message = f"{left:,} older objects or versions are there that were not when they were deleted."
            raise attention(message, "Give the same command again: it goes on from here.")
        return {}
