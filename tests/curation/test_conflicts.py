"""Somebody else commits, rolls back, compacts or breaks something: what a night makes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from pyspark.sql import SparkSession

from contract.datasets import RUNS, Dataset
from contract.sources.catia import CONVERSATIONS, FEEDBACK, MESSAGES
from contract.spark_catalog import SPARK_CATALOG
from glue_src.engine import LakeEngine, StagedTables, TablePlan
from glue_src.exceptions import TableFileError, TableMetadataError, TableMissingError, TableMovedError
from tests.curation.lake import Lake, months, run_id, talk, together

JAN, FEB, MAR = "2026-01", "2026-02", "2026-03"


def identifier(lake: Lake, dataset: Dataset) -> str:
    return f"{SPARK_CATALOG}.{lake.arguments.database}.{dataset.name}"


def test_what_others_did_to_tables_is_repaired(lake: Lake, spark: SparkSession) -> None:
    lake.publish(run_id(1), months(JAN, FEB))
    lake.night()
    first = lake.state_of(CONVERSATIONS).current_snapshot_id
    rows = together(months(JAN, FEB), talk("u9", FEB, "x"))
    lake.publish(run_id(2), rows)
    lake.night()

    procedure = f"{SPARK_CATALOG}.system"
    # A compaction leaves the rows as they are: the next night still knows them.
    options = "options => map('rewrite-all', 'true')"
    spark.sql(f"CALL {procedure}.rewrite_data_files(table => '{identifier(lake, MESSAGES)}', {options})").collect()
    compacted = lake.state_of(MESSAGES)
    assert compacted.current is not None
    assert compacted.current.operation == "replace"
    # A row of somebody's own: nobody knows what the table holds, so it is written whole.
    name = identifier(lake, FEEDBACK)
    spark.table(name).limit(1).writeTo(name).append()
    assert lake.state_of(FEEDBACK).trusted_sums is None
    assert lake.state_of(FEEDBACK).rows == 3
    # An earlier state put back: the next night brings the newest again, and only where they differ.
    spark.sql(f"CALL {procedure}.set_current_snapshot('{identifier(lake, CONVERSATIONS)}', {first})").collect()

    lake.publish(run_id(3), rows)
    lake.night()
    rewritten = {name: row["partitions_rewritten"] for name, row in lake.runs(run_id(3)).items()}
    assert rewritten == {"messages": 0, "feedback": 2, "rejected": 0, "conversations": 1}
    assert lake.state_of(MESSAGES).current_snapshot_id == compacted.current_snapshot_id
    assert lake.state_of(FEEDBACK).trusted_sums is not None
    assert (len(lake.rows(FEEDBACK)), len(lake.rows(CONVERSATIONS))) == (2, 7)
    assert lake.sees(rows)

    # A rebuild is asked for, of a run that is recorded: all of it is written, though nothing changed. And what was put
    # back is brought forward again, though no run is new.
    spark.sql(f"CALL {procedure}.set_current_snapshot('{identifier(lake, CONVERSATIONS)}', {first})").collect()
    outcome = lake.night(rebuild=frozenset({"messages"}))
    assert (outcome.recorded_run, outcome.rewritten_partitions) == (run_id(3), 2 + 1)
    assert lake.runs(run_id(3))["messages"]["partitions_rewritten"] == 2
    assert len(lake.rows(CONVERSATIONS)) == 7
    assert lake.sees(rows)
    assert len(lake.runs(run_id(3))) == len(lake.contract.datasets)


@dataclass
class Meanwhile:
    """An engine in whose night something else happens, once its tables are staged."""

    engine: LakeEngine
    act: Callable[[], object]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.engine, name)

    @contextmanager
    def stage(self, plans: Sequence[TablePlan]) -> Iterator[StagedTables]:
        with self.engine.stage(plans) as staged:
            self.act()
            yield staged


def test_two_jobs_at_once_publish_a_run_once(lake: Lake) -> None:
    lake.publish(run_id(1), months(JAN))
    lake.night()
    rows = months(JAN, FEB)
    lake.publish(run_id(2), rows)
    outcomes = []
    loser = lake.night(Meanwhile(lake.engine, lambda: outcomes.append(lake.night())))
    assert [outcome.recorded_run for outcome in outcomes] == [run_id(2)]
    assert loser.recorded_run is None
    assert lake.sees(rows)
    assert set(lake.runs(run_id(2))) == {dataset.name for dataset in lake.contract.datasets}
    assert set(lake.state_of(MESSAGES).references) == {"main"}


def test_an_older_run_does_not_follow_a_newer_one(by_arrow: Lake) -> None:
    lake = by_arrow
    lake.publish(run_id(1), months(JAN))
    lake.night()
    lake.publish(run_id(2), months(JAN, MAR))

    def newer() -> None:
        lake.publish(run_id(3), months(JAN, FEB, MAR))
        lake.night()

    assert lake.night(Meanwhile(lake.engine, newer)).recorded_run is None
    assert lake.sees(months(JAN, FEB, MAR))
    assert lake.runs(run_id(2)) == {}


def test_a_foreign_commit_between_plan_and_publish_stops_the_night(lake: Lake, spark: SparkSession) -> None:
    lake.publish(run_id(1), months(JAN))
    lake.night()
    lake.publish(run_id(2), months(JAN, FEB))
    name = identifier(lake, CONVERSATIONS)

    def foreign() -> None:
        spark.table(name).limit(1).writeTo(name).append()

    with pytest.raises(TableMovedError, match="conversations: somebody else committed"):
        lake.night(Meanwhile(lake.engine, foreign))
    assert len(lake.rows(CONVERSATIONS)) == 4
    # Messages were published before: the next night finds them so, and does the rest.
    assert lake.night().recorded_run == run_id(2)
    assert lake.sees(months(JAN, FEB))
    assert len(lake.rows(CONVERSATIONS)) == 6


def test_damaged_files_are_named_with_the_remedy(lake: Lake) -> None:
    lake.publish(run_id(1), months(JAN, FEB))
    lake.night()
    state = lake.state_of(MESSAGES)
    key = state.metadata_location.partition(f"{lake.bucket}/")[2]
    good = lake.get(key)
    lake.publish(run_id(2), together(months(JAN, FEB), talk("u9", FEB, "x")))
    for body, fault in ((None, "is missing"), (b'{"format-version": 2, ', "is damaged"), (b"{}", "is damaged")):
        if body is None:
            lake.delete(key)
        else:
            lake.put(key, body)
        with pytest.raises(TableMetadataError, match=f"{key} {fault}.*ops restore --env ENV"):
            lake.night()
    lake.put(key, good)

    # The list of manifests, then a manifest: a rebuild needs neither.
    snapshot = lake.table(MESSAGES).current_snapshot()
    assert snapshot is not None
    manifests = [manifest.manifest_path for manifest in snapshot.manifests(lake.table(MESSAGES).io)]
    for address, body in ((snapshot.manifest_list, None), (manifests[0], b"no Avro")):
        damaged = address.partition(f"{lake.bucket}/")[2]
        kept = lake.get(damaged)
        if body is None:
            lake.delete(damaged)
        else:
            lake.put(damaged, body)
        with pytest.raises(
            TableFileError, match=r"messages: .*ops restore --env ENV .*ops rebuild --env ENV --table messages"
        ):
            lake.night()
        assert lake.states([MESSAGES]) == {"messages": state.current_snapshot_id}
        lake.put(damaged, kept)
    lake.delete(manifests[0].partition(f"{lake.bucket}/")[2])
    # What of a table's data is missing ends with its partition's next change.
    tasks = lake.table(CONVERSATIONS).scan().plan_files()
    (lost,) = (task.file.file_path for task in tasks if task.file.partition[0] == f"CONVERSATION#{FEB}")
    lake.delete(lost.partition(f"{lake.bucket}/")[2])
    lake.night(rebuild=frozenset({"messages"}))
    assert lake.sees(together(months(JAN, FEB), talk("u9", FEB, "x")))
    assert len(lake.rows(CONVERSATIONS)) == 7


def test_a_table_that_was_made_anew_is_filled_again(by_arrow: Lake) -> None:
    lake = by_arrow
    lake.publish(run_id(1), months(JAN))
    lake.night()
    lake.clients.glue.delete_table(DatabaseName=lake.arguments.database, Name="feedback")
    with pytest.raises(TableMissingError, match=r"feedback.*ops restore registers it again"):
        lake.night()
    lake.create_table(FEEDBACK)
    lake.clients.glue.delete_table(DatabaseName=lake.arguments.database, Name="runs")
    lake.create_table(RUNS)
    assert lake.night().recorded_run == run_id(1)
    assert lake.texts(FEEDBACK, "user_id") == ["u0"]
    assert set(lake.runs(run_id(1))) == {dataset.name for dataset in lake.contract.datasets}
