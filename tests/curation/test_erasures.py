"""What ETL-2 does for people who were erased: it takes no run of before, and forgets when it is told to.

Which run is taken, and in which order things are forgotten, is decided without an engine.
"""

from __future__ import annotations

import dataclasses
import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from pyarrow import parquet

from contract.layout import TOMBSTONES_KEY
from contract.sources.catia import CONVERSATIONS, FEEDBACK, MESSAGES
from contract.tombstones import Tombstone, Tombstones, hash_of
from glue_src.arrow.catalog import lake_catalog
from glue_src.clients import Clients
from glue_src.exceptions import TableReferencedError, UnknownTombstonesError
from tests.curation.conftest import BUCKET
from tests.curation.lake import Killed, Lake, kill_at, like, months, rejection, run_id, talk, together
from tests.curation.test_nights import without

JAN, FEB = "2026-01", "2026-02"
ERASED = datetime(2026, 2, 9, tzinfo=UTC)
#: First and last by all orders, so that they stand in the files' least and greatest values.
PERSON, WORDS = "0-erased-person", "0 private words"


def tombstones(*users: str) -> Tombstones:
    return Tombstones().with_added(Tombstone(hash_of(bytes(32), "catia", user), ERASED, ERASED) for user in users)


@pytest.fixture(autouse=True)
def no_tombstones(clients: Clients) -> Iterator[None]:
    """All lakes of these tests share a bucket."""
    yield
    clients.s3.delete_object(Bucket=BUCKET, Key=TOMBSTONES_KEY)


def bury(lake: Lake, *users: str) -> Tombstones:
    made = tombstones(*users)
    lake.put(TOMBSTONES_KEY, made.to_json().encode())
    return made


def publish(lake: Lake, run: str, rows: Any, honoured: Tombstones, **more: Any) -> None:
    summary = lake.publish(run, rows, **more)
    lake.put_summary(dataclasses.replace(summary, tombstones=honoured.honoured))


def test_a_run_of_before_an_erasure_is_never_published(by_arrow: Lake) -> None:
    lake = by_arrow
    everybody, rest = months(JAN), without(months(JAN), "u1")
    lake.publish(run_id(1), rest)
    lake.night()
    # A late clean day, newer than what the tables hold, with the person in it.
    lake.publish(run_id(2), everybody, accept_removal=True)
    made = bury(lake, "u1")

    assert lake.night().recorded_run is None
    assert lake.night(rebuild=frozenset({"messages"})).recorded_run is None
    assert lake.sees(rest)

    # An older one that honours them counts; the newer one does not come back.
    publish(lake, run_id(1.5), rest, made)
    assert lake.night().recorded_run == run_id(1.5)
    assert lake.sees(rest)
    # Somebody else is erased: that run is not enough any more, neither for a rebuild.
    more = bury(lake, "u1", "u2")
    assert lake.night(rebuild=frozenset({"messages"})).recorded_run is None
    publish(lake, run_id(3), without(rest, "u2"), more)
    assert lake.night().recorded_run == run_id(3)


def test_damaged_tombstones_end_the_night(by_arrow: Lake) -> None:
    lake = by_arrow
    lake.publish(run_id(1), months(JAN))
    lake.put(TOMBSTONES_KEY, b"{}")

    with pytest.raises(UnknownTombstonesError, match="damaged"):
        lake.night()
    assert lake.state_of(MESSAGES).current_snapshot_id is None


def texts_of(lake: Lake) -> dict[str, str]:
    """Return what lies in the lake's tables, by key, decoded."""
    zones = (lake.arguments.curated_prefix, lake.arguments.restricted_prefix)
    return {key: decoded(key, lake.get(key)) for zone in zones for key in lake.keys(zone)}


def decoded(key: str, content: bytes) -> str:
    if key.endswith(".parquet"):
        return f"{parquet.read_table(io.BytesIO(content)).to_pydict()}{parquet.read_metadata(io.BytesIO(content))}"
    if key.endswith(".avro"):
        return avro_text(content)
    return (gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content).decode("utf-8", "replace")


def avro_text(content: bytes) -> str:
    """Return an Avro file's head and blocks, inflated: all texts of its records stand in them as they are."""
    sync, head_end = content[-16:], content.index(content[-16:]) + 16
    blocks = content[head_end:].split(sync)
    return content[:head_end].decode("latin-1") + "".join(map(_block, filter(None, blocks)))


def _block(block: bytes) -> str:
    place = 0
    for _ in range(2):  # the number of records, and of bytes
        while block[place] & 0x80:
            place += 1
        place += 1
    body = block[place:]
    try:
        return zlib.decompress(body, -15).decode("latin-1")
    except zlib.error:
        return zlib.decompress(body, 47).decode("latin-1")


def traces(lake: Lake) -> list[str]:
    return [key for key, text in texts_of(lake).items() if PERSON in text or WORDS in text]


def forget_until(lake: Lake, patched: pytest.MonkeyPatch, method: str, call: int) -> None:
    """Forget, and be killed when the engine is asked for that so many times."""
    kill_at(patched, type(lake.engine), method, call)
    with suppress(Killed):
        lake.night(forget_before=datetime.now(UTC))


def test_what_is_forgotten_stands_in_no_file_and_readers_see_the_same(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = together(months(JAN, FEB), rejection("k"))
    person = together(
        talk(PERSON, JAN, WORDS), like(PERSON, JAN, WORDS), rejection(PERSON), talk(PERSON, "2025-12", WORDS)
    )
    lake.publish(run_id(1), together(person, kept))
    lake.night()
    assert len(traces(lake)) > 6
    made = bury(lake, PERSON)
    publish(lake, run_id(2), kept, made, accept_removal=True)
    lake.night()
    # No reader sees the person any more, and many files still tell.
    assert lake.sees(kept)
    assert len(traces(lake)) > 6
    untouched = [key for key in lake.data_keys(MESSAGES) if f"{FEB}" in decoded(key, lake.get(key))]
    current = lake.rows(CONVERSATIONS), lake.rows(MESSAGES), lake.rows(FEEDBACK)

    # Killed in the middle, whole, and once more.
    with monkeypatch.context() as patched:
        forget_until(lake, patched, "expire", 2)
    assert (lake.rows(CONVERSATIONS), lake.rows(MESSAGES), lake.rows(FEEDBACK)) == current
    for _ in range(2):
        lake.night(forget_before=datetime.now(UTC))

        assert traces(lake) == []
        assert (lake.rows(CONVERSATIONS), lake.rows(MESSAGES), lake.rows(FEEDBACK)) == current
        assert set(untouched) <= set(lake.data_keys(MESSAGES))
        for dataset in lake.contract.tables:
            state = lake.state_of(dataset)
            assert [snapshot.id for snapshot in state.snapshots] == [state.current_snapshot_id]
            named = lake.engine.files_named(dataset)
            assert {f"s3://{lake.bucket}/{key}" for key in lake.table_keys(dataset)} == set(named)
            assert state.properties["write.metadata.previous-versions-max"] == "30"
        # The newest row names the snapshot that holds its rows; those before it say that theirs is gone.
        row = lake.runs(run_id(2))["messages"]
        assert (row["snapshot_id"], row["snapshot_expired_at"]) == (lake.states()["messages"], None)
        assert lake.runs(run_id(1))["messages"]["snapshot_expired_at"] is not None

    # The next night goes on from there: nothing is written where nothing changed.
    before = lake.states([FEEDBACK])
    publish(lake, run_id(3), together(kept, talk("u9", FEB, "nuevo")), made)
    assert lake.night().rewritten_partitions == 2
    assert lake.states([FEEDBACK]) == before
    assert lake.sees(together(kept, talk("u9", FEB, "nuevo")))


def test_forgetting_goes_on_where_a_killed_run_ended(by_arrow: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    lake, kept = by_arrow, months(JAN)
    lake.publish(run_id(1), together(talk(PERSON, JAN, WORDS), kept))
    lake.night()
    publish(lake, run_id(2), kept, bury(lake, PERSON), accept_removal=True)
    lake.night()

    for method in ("restate", "replace_rows", "expire", "evolve", "files_named"):
        for call in (1, 3):
            with monkeypatch.context() as patched:
                forget_until(lake, patched, method, call)
            assert lake.sees(kept)
    lake.night(forget_before=datetime.now(UTC))

    assert traces(lake) == []
    assert lake.sees(kept)
    assert lake.state_of(MESSAGES).properties["write.metadata.previous-versions-max"] == "30"
    assert lake.runs(run_id(2))["messages"]["snapshot_id"] == lake.states()["messages"]


def test_others_branches_are_not_dropped(by_arrow: Lake) -> None:
    lake = by_arrow
    lake.publish(run_id(1), months(JAN))
    lake.night()
    earlier = lake.state_of(MESSAGES).current_snapshot_id
    lake.publish(run_id(2), months(JAN, FEB))
    lake.night()
    catalog = lake_catalog(lake.clients.glue, lake.clients.s3, lake.name)
    assert earlier is not None
    catalog.table("messages").manage_snapshots().create_tag(earlier, "audit").commit()
    before = lake.states()

    with pytest.raises(TableReferencedError, match="audit keeps an earlier snapshot"):
        lake.night(forget_before=datetime.now(UTC))
    assert lake.states() == before
    assert lake.state_of(MESSAGES).snapshot(earlier) is not None


def test_an_empty_lake_has_nothing_to_forget(by_arrow: Lake) -> None:
    lake = by_arrow
    assert lake.night(forget_before=datetime.now(UTC)).recorded_run is None
    assert set(lake.states().values()) == {None}
