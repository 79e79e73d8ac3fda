"""Has the tables keep nothing but what they hold now, in all their files: for people who were erased.

An earlier snapshot is not all that tells of earlier rows. The current one's manifests name the files that it replaced,
with their least and greatest values; earlier metadata files have earlier summaries. So each table first gets a snapshot
that stands alone, and everything else goes. Readers see the same rows before, during and after. Each step may be
repeated: a killed run is continued by the next one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from contract.datasets import DATA_QUALITY, RUNS, Dataset
from contract.snapshots import STAGING_BRANCH, SnapshotProperty
from contract.source import SourceContract
from glue_src import logs
from glue_src.engine import LakeEngine
from glue_src.exceptions import TableReferencedError
from glue_src.maintenance import key_of, remove_orphans
from glue_src.records import with_forgotten
from glue_src.schema import properties_of
from glue_src.storage import Bucket
from glue_src.tables import MAIN, TableState

#: With 1, a commit leaves out all but the last entry of the log of earlier metadata files.
_LOG_LENGTH: Final = "write.metadata.previous-versions-max"


@dataclass(frozen=True)
class Forgetting:
    """What it works with. ``read`` returns a table's present state, ``days_kept`` how long its history is kept.

    ``before`` bounds what no snapshot names: later files may be somebody's who is about to commit them.
    """

    engine: LakeEngine
    bucket: Bucket
    read: Callable[[str], TableState]
    contract: SourceContract
    days_kept: Callable[[Dataset], int]
    before: datetime

    def run(self) -> None:
        """Forget all that came before what the tables hold now.

        Raises:
            TableReferencedError: a branch or tag of somebody else's keeps an earlier snapshot.
            TableError: a table cannot be read or written as it is.
        """
        for dataset in self.contract.tables:
            _check_references(self.read(dataset.name))
        for dataset in self.contract.datasets:
            self._restate(dataset)
        self._tell_runs()
        self.run_on((RUNS, DATA_QUALITY))
        for dataset in self.contract.datasets:
            self._forget(dataset)

    def run_on(self, datasets: Sequence[Dataset]) -> None:
        """Forget what some tables held before, whatever ``runs`` says of them; raises as :meth:`run` does."""
        for dataset in datasets:
            _check_references(self.read(dataset.name))
            self._restate(dataset)
            self._forget(dataset)

    def _restate(self, dataset: Dataset) -> None:
        state = self.read(dataset.name)
        if state.current_snapshot_id is not None:
            self.engine.restate(dataset, state.current_snapshot_id, _told(state))

    def _tell_runs(self) -> None:
        """Tell in ``runs`` which snapshot holds the newest run's rows now, and that all others are gone."""
        state = self.read(RUNS.name)
        if state.current_snapshot_id is None:
            return
        current = {dataset.name: self.read(dataset.name) for dataset in self.contract.datasets}
        rows = self.engine.rows_of(RUNS)
        now = datetime.now(UTC).replace(tzinfo=None)
        told = with_forgotten(
            rows, {name: (each.current_snapshot_id, each.run_id) for name, each in current.items()}, now
        )
        if told != rows:
            self.engine.replace_rows(RUNS, told, state.current_snapshot_id, _told(state))

    def _forget(self, dataset: Dataset) -> None:
        state = self.read(dataset.name)
        gone = {snapshot.id for snapshot in state.snapshots} - {state.current_snapshot_id}
        if gone:
            self.engine.expire(dataset, gone)
        named = self._files_named(dataset)
        properties = properties_of(dataset, self.days_kept(dataset))
        self.engine.evolve(dataset, {**properties, _LOG_LENGTH: "1"})
        self.engine.evolve(dataset, properties)
        state = self.read(dataset.name)
        folder = f"{key_of(state.location)}/"
        unlinked = sorted(key for key in named - self._files_named(dataset) if key.startswith(folder))
        self.bucket.delete(unlinked)
        orphans = remove_orphans(self.engine, self.bucket, dataset, state, self.before)
        logs.info("history forgotten", dataset=dataset.name, snapshots=len(gone), files=len(unlinked) + orphans)

    def _files_named(self, dataset: Dataset) -> set[str]:
        return {key_of(address) for address in self.engine.files_named(dataset)}


def _check_references(state: TableState) -> None:
    foreign: Collection[str] = [
        name
        for name, head in state.references.items()
        if name != MAIN and not name.startswith(STAGING_BRANCH) and head != state.current_snapshot_id
    ]
    if foreign:
        raise TableReferencedError(state.name, sorted(foreign))


def _told(state: TableState) -> Mapping[str, str]:
    """Return what a snapshot of the same rows says of itself; sums only if they can be trusted."""
    found = state.contents
    names = [SnapshotProperty.RUN_ID, SnapshotProperty.BUSINESS_DAY]
    if state.trusted_sums is not None:
        names += [SnapshotProperty.SUMS, SnapshotProperty.SUMS_VERSION]
    return {} if found is None else {name: found.summary[name] for name in names if name in found.summary}
