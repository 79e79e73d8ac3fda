"""What is the Arrow engine's own: commits refused or without an answer, damaged files, limits, many partitions."""

from __future__ import annotations

import dataclasses
import os
import threading
from collections.abc import Callable, Collection
from typing import Any

import psutil
import pyarrow as pa
import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from contract.datasets import RUNS, TECHNICAL, Dataset, Partition, text
from contract.sources.catia import CONTRACT, CONVERSATIONS, MESSAGES
from glue_src.arrow.engine import ArrowEngine
from glue_src.arrow.limits import Limits
from glue_src.arrow.s3_files import TAIL_BYTES, S3Files
from glue_src.engine import Source, TablePlan
from glue_src.exceptions import (
    OutOfTimeError,
    PartitionTooLargeError,
    SuspectCsvError,
    TableFileError,
    TableMetadataError,
    TableMissingError,
    TableMovedError,
    TableSchemaError,
)
from tests.curation.lake import Cells, Lake, csv_of, months, talk, together

JAN, FEB = "CONVERSATION#2026-01", "CONVERSATION#2026-02"
WIDER = dataclasses.replace(MESSAGES, partition=Partition("conversation_id", 23))


@pytest.fixture
def lake(make_lake: Callable[..., Lake]) -> Lake:
    return make_lake(CONTRACT, "arrow")


@pytest.fixture
def engine(lake: Lake) -> ArrowEngine:
    assert isinstance(lake.engine, ArrowEngine)
    return lake.engine


def plan(  # noqa: PLR0913 - as many as a plan has
    lake: Lake,
    rows: list[Cells],
    changed: Collection[str],
    *,
    gone: Collection[str] = (),
    replaces_all: bool = False,
    dataset: Dataset = MESSAGES,
    body: bytes | None = None,
) -> TablePlan:
    """Return the plan of a CSV with these rows, on the table as it is now."""
    content = csv_of(dataset, rows) if body is None else body
    key = f"{lake.name}/{dataset.name}.csv"
    lake.put(key, content)
    source = Source(dataset, key, len(content), dataset.columns)
    return TablePlan(
        source, lake.state_of(dataset).current_snapshot_id, changed, gone, replaces_all, {"cat.run-id": "r"}
    )


def load(lake: Lake, engine: ArrowEngine) -> None:
    """Publish January and February."""
    with engine.stage([plan(lake, months("2026-01", "2026-02")[MESSAGES], [JAN, FEB])]) as staged:
        staged.publish(MESSAGES)


def january(*texts: str) -> list[Cells]:
    return talk("u", "2026-01", *texts)[MESSAGES]


class Client:
    """A client of which one method does something else."""

    def __init__(self, client: Any, method: str, instead: Callable[..., Any]) -> None:
        self._client, self._method, self._instead = client, method, instead

    def __getattr__(self, name: str) -> Any:
        return self._instead if name == self._method else getattr(self._client, name)


def test_what_is_not_published_leaves_nothing(lake: Lake, engine: ArrowEngine) -> None:
    load(lake, engine)
    before = lake.table_keys(MESSAGES)
    with engine.stage([plan(lake, january("nuevo"), [JAN], gone=[FEB])]) as staged:
        assert len(lake.data_keys(MESSAGES)) == 3
        assert staged.facts()["messages"].rows == {JAN: 1}
    assert lake.table_keys(MESSAGES) == before


def test_a_commit_that_comes_second_is_refused_and_leaves_nothing(lake: Lake, engine: ArrowEngine) -> None:
    load(lake, engine)
    with engine.stage([plan(lake, january("nuestro"), [JAN])]) as ours:
        with engine.stage([plan(lake, january("suyo"), [JAN])]) as theirs:
            theirs.publish(MESSAGES)
        seen = set(lake.data_keys(MESSAGES))
        with pytest.raises(TableMovedError, match="messages"):
            ours.publish(MESSAGES)
    assert "suyo" in lake.texts(MESSAGES, "text")
    assert len(seen - set(lake.data_keys(MESSAGES))) == 1
    with pytest.raises(TableMovedError), engine.stage([dataclasses.replace(ours.tables["messages"].plan)]):
        pass


def test_two_commits_at_once_are_one(lake: Lake, engine: ArrowEngine) -> None:
    """Both have read the same version of the table when the first one changes it in the catalog."""
    load(lake, engine)
    glue, update = engine.glue, engine.glue.update_table

    def after_another(**parameters: Any) -> Any:
        with engine.stage([plan(lake, january("suyo"), [JAN])]) as theirs:
            theirs.publish(MESSAGES)
        return update(**parameters)

    slow: Any = Client(glue, "update_table", after_another)
    told = plan(lake, january("nuestro"), [JAN])
    with dataclasses.replace(engine, glue=slow).stage([told]) as ours, pytest.raises(TableMovedError):
        ours.publish(MESSAGES)
    assert "suyo" in lake.texts(MESSAGES, "text")
    assert "nuestro" not in lake.texts(MESSAGES, "text")


def test_a_commit_whose_answer_is_lost_and_that_is_repeated_counts(lake: Lake, engine: ArrowEngine) -> None:
    update = engine.glue.update_table

    def twice(**parameters: Any) -> Any:
        update(**parameters)
        return update(**parameters)

    client: Any = Client(engine.glue, "update_table", twice)
    load(lake, dataclasses.replace(engine, glue=client))
    assert lake.state_of(MESSAGES).rows == len(lake.arrow(MESSAGES)) == 12


@pytest.mark.parametrize("lands", [True, False])
def test_files_of_a_commit_that_nobody_knows_of_are_kept(lake: Lake, engine: ArrowEngine, lands: bool) -> None:
    update = engine.glue.update_table
    unreachable: list[bool] = []

    def never_answered(**parameters: Any) -> Any:
        if lands:
            update(**parameters)
        unreachable.append(True)
        raise ReadTimeoutError(endpoint_url="x")

    def get_table(**parameters: Any) -> Any:
        if unreachable:
            raise ReadTimeoutError(endpoint_url="x")
        return engine.glue.get_table(**parameters)

    client: Any = Client(Client(engine.glue, "update_table", never_answered), "get_table", get_table)
    with pytest.raises(ReadTimeoutError):
        load(lake, dataclasses.replace(engine, glue=client))
    assert len(lake.data_keys(MESSAGES)) == 2
    assert lake.state_of(MESSAGES).rows == (12 if lands else 0)


@pytest.mark.parametrize("cut", [None, b"", b"PAR1 no more"])
def test_a_missing_or_damaged_data_file_is_named(lake: Lake, engine: ArrowEngine, cut: bytes | None) -> None:
    rows = months("2026-01", "2026-02")
    plans = [plan(lake, rows[each], [JAN, FEB], dataset=each) for each in (MESSAGES, CONVERSATIONS)]
    with engine.stage(plans) as staged:
        for each in (MESSAGES, CONVERSATIONS):
            staged.publish(each)
    for key in lake.data_keys(CONVERSATIONS):
        if cut is None:
            lake.delete(key)
        else:
            lake.put(key, cut)
    before = lake.states()
    remedy = r"conversations: .*python -m ops rebuild --env ENV --table conversations"
    with (
        engine.stage([plan(lake, january("nuevo"), [JAN])]) as staged,
        pytest.raises(TableFileError, match=remedy),
    ):
        staged.relate(CONTRACT.relations[:1])
    assert lake.states() == before
    # Nothing else is lost: the table is written whole from its CSV.
    whole = plan(lake, rows[CONVERSATIONS], [JAN, FEB], dataset=CONVERSATIONS, replaces_all=True)
    with engine.stage([whole]) as staged:
        staged.publish(CONVERSATIONS)
    assert len(lake.arrow(CONVERSATIONS)) == 6


def test_a_missing_manifest_and_missing_metadata_are_named(lake: Lake, engine: ArrowEngine) -> None:
    load(lake, engine)
    (manifest,) = (key for key in lake.table_keys(MESSAGES) if key.endswith("-m0.avro"))
    kept = lake.get(manifest)
    told = plan(lake, january("nuevo"), [JAN])
    for damage, fault in ((None, "is missing"), (kept[:100], "cannot be read"), (b"", "cannot be read")):
        lake.delete(manifest) if damage is None else lake.put(manifest, damage)
        with pytest.raises(TableFileError, match=f"messages: .*{fault}"), engine.stage([told]):
            pass
    lake.put(manifest, kept)
    lake.delete(lake.state_of(MESSAGES).metadata_location.partition(f"{lake.bucket}/")[2])
    with pytest.raises(TableMetadataError, match=r"messages: its metadata file .* is missing"), engine.stage([told]):
        pass
    lake.clients.glue.delete_table(DatabaseName=lake.name, Name="messages")
    with pytest.raises(TableMissingError, match="messages"), engine.stage([told]):
        pass


def test_a_partition_that_does_not_fit_is_refused_before_anything_is_written(lake: Lake, engine: ArrowEngine) -> None:
    small = dataclasses.replace(engine, limits=Limits(225 * 2**20, 2))
    rows: list[Cells] = [("u", f"{JAN}-01", str(number), "user", "x" * 1000, None) for number in range(600)]
    with pytest.raises(PartitionTooLargeError, match="messages"), small.stage([plan(lake, rows, [JAN])]):
        pass
    assert lake.table_keys(MESSAGES) == []
    assert list(engine.scratch.iterdir()) == []


def test_when_time_runs_out_nothing_is_left(lake: Lake, engine: ArrowEngine) -> None:
    calls = iter(range(100))

    def check_time() -> None:
        if next(calls) == 2:
            raise OutOfTimeError(1, 30)

    hasty = dataclasses.replace(engine, check_time=check_time)
    rows = months("2026-01", "2026-02")[MESSAGES]
    with pytest.raises(OutOfTimeError), hasty.stage([plan(lake, rows, [JAN, FEB])]):
        pass
    assert lake.table_keys(MESSAGES) == []


def test_a_malformed_csv_leaves_nothing(lake: Lake, engine: ArrowEngine) -> None:
    body = csv_of(MESSAGES, january("a")) + b"half,a,rec"
    with pytest.raises(SuspectCsvError), engine.stage([plan(lake, [], [JAN], body=body)]):
        pass
    assert lake.table_keys(MESSAGES) == []
    assert list(engine.scratch.iterdir()) == []


def test_s3_that_refuses_an_upload_ends_it_and_nothing_is_left(lake: Lake, engine: ArrowEngine) -> None:
    puts = iter(range(100))

    def put(**parameters: Any) -> Any:
        if next(puts):
            raise ClientError({"Error": {"Code": "SlowDown", "Message": "no"}}, "PutObject")
        return lake.clients.s3.put_object(**parameters)

    client: Any = Client(lake.clients.s3, "put_object", put)
    rows = months("2026-01", "2026-02")[MESSAGES]
    told, slowed = plan(lake, rows, [JAN, FEB]), dataclasses.replace(engine, s3=client)
    with pytest.raises(ClientError, match="SlowDown"), slowed.stage([told]):
        pass
    assert lake.table_keys(MESSAGES) == []


def test_nulls_in_required_columns_end_in_nothing(lake: Lake, engine: ArrowEngine) -> None:
    for row in [(None, f"{FEB}-01", "1", None, None, None), ("u", None, "1", None, None, None)]:
        with pytest.raises(SuspectCsvError), engine.stage([plan(lake, [row], [JAN, FEB])]):
            pass
    assert lake.data_keys(MESSAGES) == []


def test_rows_that_the_run_did_not_promise_are_told(lake: Lake, engine: ArrowEngine) -> None:
    load(lake, engine)
    rows = months("2026-01", "2026-02")[MESSAGES]
    with engine.stage([plan(lake, rows, [JAN], gone=[FEB])]) as staged:
        assert staged.facts()["messages"].rows == {JAN: 6, FEB: 6}
    with engine.stage([plan(lake, rows, [JAN], replaces_all=True)]) as staged:
        assert staged.facts()["messages"].rows == {JAN: 6, FEB: 6}


@pytest.mark.parametrize("size", [0, 1, TAIL_BYTES, TAIL_BYTES + 1, 3 * TAIL_BYTES])
def test_objects_are_read_from_any_place(lake: Lake, size: int) -> None:
    content = bytes(place * place % 251 for place in range(size))
    lake.put(f"{lake.name}/object.parquet", content)
    files = S3Files.of(lake.clients.s3)
    with files.new_input(f"s3://{lake.arguments.bucket}/{lake.name}/object.parquet").open() as stream:
        assert stream.read() == content
        assert stream.seek(0, os.SEEK_END) == size
        for first in {0, size // 3, max(0, size - TAIL_BYTES), max(0, size - 5), size}:
            stream.seek(first)
            assert stream.read(100) == content[first : first + 100]
        stream.seek(0)
        assert stream.read(size - 5 if size > 5 else 1) == content[: size - 5 if size > 5 else 1]


def test_a_key_without_time_makes_many_partitions_in_bounded_memory(lake: Lake, engine: ArrowEngine) -> None:
    keys = [f"{number:06d}" for number in range(1500)]
    rows = [row for key in keys for row in talk("u", "2026-01", "a", "b", key=key)[MESSAGES]]
    before, peak, done = psutil.Process().memory_info().rss, [0], threading.Event()

    def watch() -> None:
        while not done.wait(0.01):
            peak[0] = max(peak[0], psutil.Process().memory_info().rss)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        with engine.stage([plan(lake, rows, keys)]) as staged:
            assert staged.facts()["messages"].rows == dict.fromkeys(keys, 2)
            staged.publish(MESSAGES)
    finally:
        done.set()
        watcher.join()
    assert peak[0] - before < 300 * 2**20
    half = rows[: len(rows) // 2]
    with engine.stage([plan(lake, half, [], gone=keys[len(keys) // 2 :])]) as staged:
        staged.publish(MESSAGES)
    assert lake.state_of(MESSAGES).rows == len(half)


def test_files_that_are_divided_otherwise_ask_for_a_rebuild(lake: Lake, engine: ArrowEngine) -> None:
    load(lake, engine)
    engine.repartition(WIDER)
    engine.repartition(WIDER)
    state = lake.state_of(MESSAGES)
    assert [field.transform for field in state.partition_fields] == ["truncate[23]"]
    day = f"{JAN}-01"
    fault = "2 of its data files are divided by an earlier partitioning"
    told = plan(lake, january("nuevo"), [day], dataset=WIDER)
    with pytest.raises(TableFileError, match=fault), engine.stage([told]):
        pass
    with engine.stage([plan(lake, january("nuevo"), [day], dataset=WIDER, replaces_all=True)]) as staged:
        staged.publish(WIDER)
    assert lake.files(MESSAGES) == {day: [1]}
    engine.repartition(MESSAGES)
    assert [field.transform for field in lake.state_of(MESSAGES).partition_fields] == ["truncate[20]"]


def test_expired_snapshots_take_along_only_what_they_alone_named(lake: Lake, engine: ArrowEngine) -> None:
    load(lake, engine)
    for said in ("uno", "dos"):
        with engine.stage([plan(lake, january(said), [JAN])]) as staged:
            staged.publish(MESSAGES)
    first, second, third = (snapshot.id for snapshot in lake.state_of(MESSAGES).snapshots)
    engine.expire(MESSAGES, [first, first + 1])
    assert [snapshot.id for snapshot in lake.state_of(MESSAGES).snapshots] == [second, third]
    # February came with the first snapshot, and all others have it, too.
    assert len(lake.arrow(MESSAGES, second)) == len(lake.arrow(MESSAGES)) == 7
    assert len(lake.data_keys(MESSAGES)) == 3
    assert {f"s3://{lake.bucket}/{key}" for key in lake.table_keys(MESSAGES)} <= engine.files_named(MESSAGES)
    engine.expire(MESSAGES, [first])


def test_columns_keep_the_contracts_field_ids(lake: Lake, engine: ArrowEngine) -> None:
    load(lake, engine)
    user, *others, sent = MESSAGES.columns
    renamed = dataclasses.replace(sent, name="said_at", comment="When.")
    columns = (*others, renamed, text(9, "tone", TECHNICAL, "How it was said."), user)
    changed = dataclasses.replace(MESSAGES, columns=columns, sort_by=("conversation_id", "position", "user_id"))
    engine.evolve(changed, {"a": "b"})
    state, files = lake.state_of(MESSAGES), lake.table_keys(MESSAGES)
    assert [(field.id, field.name) for field in state.fields] == [(each.field_id, each.name) for each in columns]
    assert state.sort_field_ids == (2, 3, 1)
    assert state.properties["a"] == "b"
    engine.evolve(changed, {"a": "b"})
    assert lake.table_keys(MESSAGES) == files
    row = (f"{JAN}-01", "1", "user", "nuevo", None, "kind", "u")
    with engine.stage([plan(lake, [row], [JAN], dataset=changed)]) as staged:
        staged.publish(changed)
    assert lake.texts(MESSAGES, "tone") == ["kind", *[None] * 6]
    engine.evolve(MESSAGES, {"a": "b"})
    assert [field.name for field in lake.state_of(MESSAGES).fields] == list(MESSAGES.column_names)
    with pytest.raises(TableSchemaError, match="position is long and would become string"):
        engine.evolve(
            dataclasses.replace(MESSAGES, columns=(text(3, "position", TECHNICAL, ""), *others[:1], user)), {}
        )


def test_small_tables_are_replaced_as_a_whole(lake: Lake, engine: ArrowEngine) -> None:
    cells = {"run_id": "r", "business_day": "d", "dataset": "messages", "seconds": 1.5}
    row = tuple(cells.get(column.name, 1 if column.type.value == "bigint" else None) for column in RUNS.columns)
    first = engine.replace_rows(RUNS, [row, (*row[:2], "feedback", *row[3:])], None, {"cat.run-id": "r"})
    assert engine.rows_of(RUNS) == [(*row[:2], "feedback", *row[3:]), row]
    with pytest.raises(TableMovedError):
        engine.replace_rows(RUNS, [], None, {})
    engine.replace_rows(RUNS, [row], first, {})
    assert lake.rows(RUNS) == [row]
    assert lake.files(RUNS) == {"": [1]}


def test_keys_that_do_not_name_their_partition_are_unique_across_partitions(lake: Lake, engine: ArrowEngine) -> None:
    dataset = dataclasses.replace(MESSAGES, key=("user_id", "position"))
    rows = together(talk("u", "2026-01", "a", "b"), talk("u", "2026-02", "c"), talk("v", "2026-02", "d"))[MESSAGES]
    with engine.stage([plan(lake, rows, [JAN, FEB], dataset=dataset)]) as staged:
        assert staged.facts()["messages"].duplicate_keys == 1


def test_memory_follows_the_largest_partition_and_not_the_csv(lake: Lake, engine: ArrowEngine) -> None:
    keys = [f"{number:020d}" for number in range(50)]
    line = ",".join(("u", "{key}", "{place}", "user", "{place} {key}" * 40, "\n"))
    rows = "".join(line.format(key=key, place=place) for place in range(1, 2001) for key in keys)
    body = csv_of(MESSAGES, []) + rows.encode()
    assert len(body) > 100_000_000
    told = plan(lake, [], keys, body=body)
    usual = pa.default_memory_pool()
    counted = pa.proxy_memory_pool(usual)
    pa.set_memory_pool(counted)
    try:
        with dataclasses.replace(engine, limits=Limits(1024 * 2**20, 2)).stage([told]) as staged:
            assert set(staged.facts()["messages"].rows.values()) == {2000}
    finally:
        pa.set_memory_pool(usual)
    assert counted.max_memory() < 80 * 2**20
