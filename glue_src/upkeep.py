"""What is done to any table of ours, before a night and after it: its columns, and what of it may go."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from contract.datasets import Dataset
from glue_src import logs
from glue_src.engine import LakeEngine
from glue_src.exceptions import TableFileError, TableMovedError, TableSchemaError, brief
from glue_src.maintenance import LEFT_BEHIND, remove_orphans
from glue_src.schema import must_evolve, properties_of, schema_faults
from glue_src.storage import Bucket
from glue_src.tables import TableState


@dataclass(frozen=True)
class Upkeep:
    """Keeps the tables of one database. ``read`` returns a table's state, ``days_kept`` for how long history stays."""

    engine: LakeEngine
    bucket: Bucket
    read: Callable[[str], TableState]
    days_kept: Callable[[Dataset], int]

    def evolved(self, dataset: Dataset) -> TableState:
        """Return a table's state, once its columns and properties are the contract's.

        Raises:
            TableSchemaError: its columns cannot become the contract's.
        """
        properties = properties_of(dataset, self.days_kept(dataset))
        state = self.read(dataset.name)
        if not must_evolve(dataset, state, properties):
            return state
        faults = schema_faults(dataset, state)
        if faults:
            raise TableSchemaError(dataset.name, faults)
        try:
            self.engine.evolve(dataset, properties)
        except TableMovedError:
            # Another job that the same deployment started has done it, or has committed rows meanwhile.
            self.engine.evolve(dataset, properties)
        logs.info("columns and properties brought to the contract", dataset=dataset.name)
        return self.read(dataset.name)

    def clean_up(
        self,
        datasets: Iterable[Dataset],
        due: Mapping[str, frozenset[int]],
        written: Collection[str],
        now: Callable[[], datetime],
    ) -> None:
        """Expire the snapshots that are ``due``; of tables ``written``, remove what killed runs left behind."""
        for dataset in datasets:
            try:
                if due[dataset.name]:
                    self.engine.expire(dataset, due[dataset.name])
                    logs.info("snapshots expired", dataset=dataset.name, snapshots=len(due[dataset.name]))
                if dataset.name in written:
                    remove_orphans(self.engine, self.bucket, dataset, self.read(dataset.name), now() - LEFT_BEHIND)
            except (TableFileError, TableMovedError) as error:
                # The run is published and recorded: what is left undone, the next night does.
                logs.warning("table not cleaned up", dataset=dataset.name, error=brief(error))
