"""What may be removed of a table: snapshots that history no longer needs, and files that no snapshot names."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from contract.datasets import Dataset
from contract.snapshots import STAGING_BRANCH
from glue_src import logs
from glue_src.engine import LakeEngine
from glue_src.storage import Bucket
from glue_src.tables import TableState

#: How old a file must be before it counts as left behind: a run that is still at work has younger ones.
LEFT_BEHIND: Final = timedelta(hours=24)
#: Where a table's files lie, below its location. The first metadata file lies elsewhere.
_FOLDERS: Final = ("data/", "metadata/")


def expired_snapshots(state: TableState, now: datetime, history_days: int) -> frozenset[int]:
    """Return the snapshots that may go: those that readers ceased to see more than ``history_days`` ago.

    A snapshot that was current until yesterday can be old: what counts is its successor's age. One that readers never
    saw, such as what a killed run had staged, may go after a day. The current one and heads of other programs' branches
    and tags stay.
    """
    # Heads of staging branches are not kept: it is killed runs that leave them.
    kept = {head for name, head in state.references.items() if not name.startswith(STAGING_BRANCH)}
    ended = _ends(state)
    bound = now - timedelta(days=history_days)
    return frozenset(
        snapshot.id
        for snapshot in state.snapshots
        if snapshot.id not in kept
        and (ended[snapshot.id] < bound if snapshot.id in ended else snapshot.committed_at < now - LEFT_BEHIND)
    )


def _ends(state: TableState) -> dict[int, datetime]:
    """Return when readers ceased to see each snapshot that they ever saw: when the next one took its place."""
    ends: dict[int, datetime] = {}
    if state.current_snapshot_id is not None:
        line = list(state.ancestors(state.current_snapshot_id))
        ends = {parent.id: child.committed_at for child, parent in pairwise(line)}
    # A snapshot can have been current twice: the last time counts.
    ends.update({earlier.snapshot_id: later.since for earlier, later in pairwise(state.log)})
    return ends


def remove_orphans(engine: LakeEngine, bucket: Bucket, dataset: Dataset, state: TableState, bound: datetime) -> int:
    """Delete files below a table's location that nothing names, last written before ``bound``; return how many.

    ``state`` is the table's present one: if a commit comes meanwhile, nothing is deleted.
    """
    prefix = key_of(state.location) + "/"
    old = [stored.key for folder in _FOLDERS for stored in bucket.list(prefix + folder) if stored.modified_at < bound]
    if not old:
        return 0
    named = {key_of(address) for address in engine.files_named(dataset)}
    if key_of(state.metadata_location) not in named:
        return 0
    orphans = [key for key in old if key not in named]
    bucket.delete(orphans)
    if orphans:
        logs.info("left-behind files removed", dataset=dataset.name, files=len(orphans))
    return len(orphans)


def key_of(address: str) -> str:
    """Return the key in an address such as ``s3://bucket/key``; Java's and Python's writers differ in the scheme."""
    return address.partition("://")[2].partition("/")[2]
