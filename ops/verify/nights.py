"""A run from the source to the tables, the views over it, and the same day once more."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from contract.runs import RunSummary
from contract.serving import views_of
from ops import queries, running
from ops.exits import Exit, OpsError
from ops.platform import Platform
from ops.running import MadeRun, Patience
from ops.tables import table_state
from ops.verify.checking import Check
from ops.verify.counting import Counting, countings
from ops.verify.outcomes import DisprovedError, NotSeenError
from ops.verify.scene import REFUSED, Scene


def checks(platform: Platform) -> tuple[Check, ...]:
    """Return the three checks, each of which needs the one before."""
    views = ", ".join(view.name for view in views_of(platform.environment.contract)) or "(the contract has no views)"
    return (
        Check(
            "a night",
            f"ETL-1 reads {platform.environment.normalize.dynamo_table_name}, its run's arrival starts ETL-2, and "
            "every table then holds as many rows as the run wrote.",
            _night,
        ),
        Check(
            "the views",
            f"Athena answers from all tables and from {views}, and the answers agree with the run's counts.",
            _views,
        ),
        Check(
            "the same day again",
            "A second run of the day doubles nothing: rows are again those of the run, and a table whose rows are the "
            "same is not written.",
            _again,
        ),
    )


def _night(scene: Scene) -> str:
    scene.night = _published(scene, None)
    return f"{_told(scene.night)}, in the tables {scene.night.published_seconds or 0:.0f} s after ETL-1's end"


def _views(scene: Scene) -> str:
    summary = scene.published_night().summary
    told = countings(scene.platform.environment.contract)
    faults = [fault for counting in told for fault in counting.faults(_answer(scene, counting), summary)]
    if faults:
        raise DisprovedError("; ".join(faults))
    return f"{', '.join(counting.source for counting in told)} answered, and agree with run {summary.run_id}"


def _again(scene: Scene) -> str:
    before = scene.published_night()
    snapshots = _snapshots(scene.platform)
    after = _published(scene, before.summary.dt)
    same = unchanged(before.summary, after.summary)
    rewritten = [name for name, snapshot in _snapshots(scene.platform).items() if snapshot != snapshots[name]]
    if needless := sorted(same.intersection(rewritten)):
        message = f"{', '.join(needless)} has the same rows in both runs, and was written again"
        raise DisprovedError(message)
    return f"{_told(after)}; {len(same)} of {len(snapshots)} tables have the same rows, and none of those was written"


def unchanged(one: RunSummary, other: RunSummary) -> frozenset[str]:
    """Return the datasets of which two runs wrote the same rows, by their partitions' sums."""
    sums = {written.dataset: (written.sums_version, written.partitions) for written in one.objects}
    return frozenset(
        written.dataset
        for written in other.objects
        if sums.get(written.dataset) == (written.sums_version, written.partitions)
    )


def _published(scene: Scene, day: date | None) -> MadeRun:
    """Return a run that is in the tables.

    Raises:
        NotSeenError: ETL-1 was not run, or ETL-2 has not taken its run in time.
        DisprovedError: the tables hold something else than it wrote.
    """
    try:
        made = running.extract(scene.platform, running.event_of(day), scene.watch)
    except running.NoRunError as error:
        raise NotSeenError(error.message) from error
    made = _in_tables(scene, made)
    if made.published != made.summary.run_id:
        message = f"the tables hold another run, {made.published}: somebody else ran ETL-1 meanwhile; repeat"
        raise DisprovedError(message)
    # A run that ops itself had to start ETL-2 for proves nothing of the event.
    if made.started_by_hand:
        message = "no event started ETL-2: in the first minutes after a deployment S3 tells of nothing; repeat in five"
        raise NotSeenError(message)
    if made.faults:
        raise DisprovedError("; ".join(made.faults))
    return made


def _in_tables(scene: Scene, made: MadeRun) -> MadeRun:
    """Wait until a run is in the tables; Lambda tries once more what a verification made fail."""
    try:
        return running.await_tables(scene.platform, made, scene.left, scene.watch, Patience(foreign=REFUSED))
    except OpsError as error:
        if error.code is Exit.NOT_IN_TIME:
            raise NotSeenError(error.message) from error
        raise


def _told(made: MadeRun) -> str:
    rows = ", ".join(f"{table.held:,} {table.name}" for table in made.tables)
    return f"run {made.summary.run_id} of {made.summary.dt}: {made.summary.items.scanned:,} items became {rows}"


def _snapshots(platform: Platform) -> Mapping[str, int | None]:
    return {
        dataset.name: table_state(platform, dataset).current_snapshot_id
        for dataset in platform.environment.contract.datasets
    }


def _answer(scene: Scene, counting: Counting) -> queries.Row:
    """Return the one row of an answer.

    Raises:
        NotSeenError: Athena does not answer.
    """
    try:
        query = queries.Query(scene.platform, counting.sql)
        query.wait(lambda state, _: scene.watch.beat(f"Athena on {counting.source}: {state}"))
    except OpsError as error:
        raise NotSeenError(error.message) from error
    (row,) = query.rows(query.columns())
    return row
