"""From what a run changes to tables that are written and not yet seen: full tables and pseudonymous ones alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from contract.runs import RunSummary
from glue_src.clean_zone import CleanZone
from glue_src.csv_faults import explained
from glue_src.engine import LakeEngine, StagedTables
from glue_src.plan import Change, table_plan


@contextmanager
def staged(
    engine: LakeEngine, clean_zone: CleanZone, summary: RunSummary, changes: Sequence[Change]
) -> Iterator[StagedTables]:
    """Write ``changes`` where no reader sees them; leaving the context removes what was not published.

    Raises:
        TableError: a table cannot be written as it is.
        CleanDataError: a CSV is not what the contract asks for.
    """
    plans = [table_plan(change, summary, clean_zone.columns(change.dataset, change.written)) for change in changes]
    with explained(clean_zone.bucket, [plan.source for plan in plans]):
        clean_zone.check_ends(plan.source for plan in plans if plan.needs_csv)
        for change in changes:
            if change.repartitions:
                engine.repartition(change.dataset)
        with engine.stage(plans) as tables:
            yield tables
