"""A drill: what is deleted in the catalog or the bucket comes back, as far as the bucket still has it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from typer.testing import Result

from contract.layout import table_prefix
from contract.sources.catia import CONVERSATIONS, FEEDBACK, MESSAGES
from envs.local import LOCAL
from glue_src.maintenance import key_of
from ops import restore
from ops.databases import databases_of
from ops.exits import Exit
from ops.platform import Platform
from ops.versions import histories
from tests.iceberg_lake import IcebergLake, platform_on, utc
from tests.ops.conftest import lake_on, rows, told
from tools.local.emulator import Emulator


@pytest.fixture
def lake(emulator: Emulator) -> Iterator[IcebergLake]:
    with lake_on(emulator) as lake:
        lake.night(date(2026, 1, 29), rows(20), began=utc(2026, 1, 30, 4, 30))
        lake.night(date(2026, 1, 30), rows(30), began=utc(2026, 1, 31, 4, 30))
        yield lake


def test_a_deployment_that_has_not_run_has_lost_nothing(emulator: Emulator) -> None:
    with lake_on(emulator) as lake:
        assert restore.lost_tables(platform_on(lake)) == ()


@pytest.fixture
def platform(lake: IcebergLake) -> Platform:
    return platform_on(lake)


def test_where_nothing_is_lost_nothing_is_done(ops: Callable[..., Result]) -> None:
    done = ops("restore", "--deleted-since", "1h")
    assert (done.exit_code, done.stdout) == (
        Exit.WELL,
        "Nothing is lost: no object to bring back, and every table is whole.\n",
    )


def test_tables_that_the_catalog_lost_are_registered_from_their_newest_metadata(
    ops: Callable[..., Result], lake: IcebergLake
) -> None:
    before = lake.table(MESSAGES).metadata_location
    for dataset in (MESSAGES, FEEDBACK):
        lake.glue.delete_table(DatabaseName=lake.database, Name=dataset.name)
    asked = ops("restore")
    assert asked.exit_code == Exit.NOT_CONFIRMED
    assert "messages" in asked.stderr
    assert "run of 2026-01-30, 30 rows" in asked.stderr
    assert told(ops("restore", "--yes", "--json")) == {
        "brought_back": 0,
        "put_back": 0,
        "registered": ["messages", "feedback"],
    }
    assert lake.table(MESSAGES).metadata_location == before
    assert (lake.table(MESSAGES).scan().count(), lake.table(FEEDBACK).scan().count()) == (30, 15)
    assert lake.commit(MESSAGES, rows(2)[MESSAGES]), "and it takes commits again"


def test_a_catalog_that_was_made_anew_gets_its_tables_back(ops: Callable[..., Result], lake: IcebergLake) -> None:
    tables = LOCAL.contract.tables
    for dataset in tables:
        lake.glue.delete_table(DatabaseName=lake.database, Name=dataset.name)
    lake.glue.delete_database(Name=lake.database)
    lake.glue.create_database(DatabaseInput={"Name": lake.database})
    for dataset in tables:
        lake.create_table(dataset)
    assert lake.table(MESSAGES).scan().count() == 0
    assert set(told(ops("restore", "--yes", "--json"))["registered"]) >= {
        "messages",
        "feedback",
        "conversations",
        "runs",
    }
    assert lake.table(MESSAGES).scan().count() == 30
    states = told(ops("history", "--table", "messages", "--json"))["messages"]
    assert [state["rows"] for state in states] == [30, 20], "with their history"


def test_deleted_objects_come_back_and_nothing_that_was_deleted_before(
    ops: Callable[..., Result], lake: IcebergLake, platform: Platform
) -> None:
    folder = table_prefix(LOCAL.etl.curated_prefix, CONVERSATIONS)
    zones = (LOCAL.etl.pseudonymous_prefix, LOCAL.etl.restricted_prefix)
    keys, apart = lake.keys(folder), [f"{zone}rejected/data/x.parquet" for zone in zones]
    for key in apart:
        lake.put(key, b"x")
    for key in (*keys, *apart):
        lake.s3.delete_object(Bucket=lake.bucket, Key=key)
    # Deleted once more, an object is behind two markers.
    lake.s3.delete_object(Bucket=lake.bucket, Key=keys[0])
    lake.put("elsewhere/x", b"x")
    lake.s3.delete_object(Bucket=lake.bucket, Key="elsewhere/x")
    assert list(restore.markers(platform, datetime.now(UTC) + timedelta(hours=1))) == []
    assert "is missing" in ops("restore").stderr
    lake.glue.delete_table(DatabaseName=lake.database, Name=MESSAGES.name)
    lost = ops("restore", "--yes")
    assert lost.exit_code == Exit.ATTENTION
    assert "\nmessages is registered again.\n" in lost.stderr, "it has changed that before it ended"
    assert "Nothing of the table conversations is left" in lost.stderr
    assert "--deleted-since" in lost.stderr
    refused = ops("restore", "--deleted-since", "1h")
    assert (refused.exit_code, lake.keys(folder)) == (Exit.NOT_CONFIRMED, [])
    assert told(ops("restore", "--deleted-since", "1h", "--yes", "--json")) == {
        "brought_back": len(keys) + 2,
        "put_back": 0,
        "registered": [],
    }
    assert [*lake.keys(folder), *(found for key in apart for found in lake.keys(key))] == [*keys, *apart]
    assert lake.keys("elsewhere/") == []
    assert lake.table(CONVERSATIONS).scan().count() == 30


def test_a_table_that_is_gone_for_good_begins_anew(ops: Callable[..., Result], lake: IcebergLake) -> None:
    folder = table_prefix(LOCAL.etl.curated_prefix, FEEDBACK)
    versions = lake.s3.list_object_versions(Bucket=lake.bucket, Prefix=folder)["Versions"]
    for each in versions:
        lake.s3.delete_object(Bucket=lake.bucket, Key=each["Key"], VersionId=each["VersionId"])
    done = ops("restore", "--yes")
    assert done.exit_code == Exit.WELL, done.stderr
    assert "python -m tools.local curate" in done.stdout
    assert lake.table(FEEDBACK).scan().count() == 0
    assert lake.commit(FEEDBACK, rows(4)[FEEDBACK]), "and it takes commits again"


def test_a_damaged_newest_file_gives_way_to_the_one_before(
    ops: Callable[..., Result], lake: IcebergLake, platform: Platform
) -> None:
    newest = lake.table(MESSAGES).metadata_location.partition(f"{lake.bucket}/")[2]
    lake.put(newest, b"{")
    full, _ = restore.databases(platform)
    state = restore.newest_state(platform, full, MESSAGES)
    assert state is not None
    assert state.metadata_location != platform.bucket.uri(newest)
    assert told(ops("restore", "--yes", "--json"))["registered"] == ["messages"]
    assert lake.table(MESSAGES).scan().count() == 20


def test_what_was_made_and_overwritten_since_then_holds_again_what_it_held_at_first(
    ops: Callable[..., Result], lake: IcebergLake, platform: Platform
) -> None:
    newest = key_of(lake.table(MESSAGES).metadata_location)
    first = platform.bucket.read(newest)
    for damaged in (b"{", b"}"):
        lake.put(newest, damaged)
    done = ops("restore", "--deleted-since", "1d", "--overwritten-since", "1d", "--yes", "--json")
    assert told(done) == {"brought_back": 0, "put_back": 1, "registered": []}
    assert platform.bucket.read(newest) == first
    assert lake.table(MESSAGES).scan().count() == 30


def test_versions_of_one_second_are_told_in_their_order(lake: IcebergLake, platform: Platform) -> None:
    for content in (b"1", b"22", b"333"):
        lake.put("somewhere/x", content)
    lake.s3.delete_object(Bucket=lake.bucket, Key="somewhere/x")
    assert [(key, [each.bytes for each in found]) for key, found in histories(platform, "somewhere/")] == [
        ("somewhere/x", [1, 2, 3, 0])
    ]


def test_overwritten_objects_hold_again_what_they_held_and_no_whole_table_changes(
    ops: Callable[..., Result], lake: IcebergLake, platform: Platform
) -> None:
    content = platform.bucket.read
    # A CSV, a file that the present state of a table needs, one of a table's earlier state, and one of those apart.
    _, pseudonymous = databases_of(LOCAL)
    messages = next(each for each in pseudonymous.tables if each.name == MESSAGES.name)
    masked = f"{pseudonymous.zones.table_prefix(messages)}data/x.parquet"
    lake.put(masked, b"x")
    lake.commit(messages, rows(5)[MESSAGES], database=pseudonymous.name)
    masked_data = next(key for key in lake.keys(f"{pseudonymous.zones.table_prefix(messages)}data/") if key != masked)
    masked_whole = key_of(lake.table(messages, pseudonymous.name).metadata_location)
    csv, data, old = (
        lake.keys(f"{LOCAL.etl.clean_prefix}{MESSAGES.name}/")[0],
        lake.keys(f"{table_prefix(LOCAL.etl.curated_prefix, MESSAGES)}data/")[-1],
        lake.keys(f"{table_prefix(LOCAL.etl.curated_prefix, FEEDBACK)}data/")[0],
    )
    whole = lake.table(FEEDBACK).metadata_location.partition(f"{lake.bucket}/")[2]
    gone, anew = f"{LOCAL.etl.clean_prefix}gone", f"{LOCAL.etl.clean_prefix}anew"
    lake.put(gone, b"first")
    lake.s3.delete_object(Bucket=lake.bucket, Key=gone)
    before = {key: content(key) for key in (csv, data, old, masked_data, masked)}
    # Damaged then, and mended since.
    mended = {key: content(key) for key in (whole, masked_whole)}
    for key in mended:
        lake.put(key, b"damaged")
    # S3 tells in whole seconds when a version was made.
    time.sleep(2)
    since = datetime.now(UTC).replace(microsecond=0).isoformat()
    for key in (*before, *before):
        lake.put(key, f"x{time.monotonic()}".encode())
    lake.put(data, bytes(len(before[data])))
    for key, first in mended.items():
        lake.put(key, first)
    lake.put(gone, b"was not there then")
    lake.put(anew, b"is new")
    kept = {key: content(key) for key in (whole, masked_whole, gone, anew)}

    def restored(*words: str) -> Result:
        return ops("restore", "--overwritten-since", since, *words)

    asked = restored()
    assert asked.exit_code == Exit.NOT_CONFIRMED
    assert [key for key in (*before, *kept) if key in asked.stderr] == list(before)
    assert told(restored("--yes", "--json")) == {"brought_back": 0, "put_back": 5, "registered": []}
    assert {key: content(key) for key in before} == before
    assert {key: content(key) for key in kept} == kept
    assert lake.table(MESSAGES).scan().count() == 30
    assert "Nothing is lost" in restored().stdout, "once more, it has nothing to do"
