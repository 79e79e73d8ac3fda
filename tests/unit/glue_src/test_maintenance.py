"""Which snapshots may go, and which files nothing names."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from contract.snapshots import STAGING_BRANCH
from contract.sources.catia import MESSAGES
from glue_src.maintenance import LEFT_BEHIND, expired_snapshots, key_of, remove_orphans
from glue_src.storage import StoredObject
from glue_src.tables import TableState
from tests.table_states import metadata_of, milliseconds, snapshot, state_of

DAY = 24
START = datetime(2026, 1, 1, tzinfo=UTC)


def state(*, current: int = 4, log: tuple[tuple[int, float], ...] = (), **references: int) -> TableState:
    """Return a table whose snapshots 1 to 4 were committed on days 1 to 4, each on the one before; 9 is a stray one."""
    snapshots = [snapshot(number, number - 1 or None, number * DAY) for number in (1, 2, 3, 4)]
    return state_of(
        "messages",
        metadata_of(
            MESSAGES,
            snapshots=[*snapshots, snapshot(9, 1, 3 * DAY)],
            refs={
                name: {"snapshot-id": head, "type": "branch"} for name, head in {"main": current, **references}.items()
            },
            **{
                "current-snapshot-id": current,
                "snapshot-log": [{"snapshot-id": each, "timestamp-ms": milliseconds(hour)} for each, hour in log],
            },
        ),
    )


USUAL = tuple((number, number * DAY) for number in (1, 2, 3, 4))


@pytest.mark.parametrize(
    ("found", "on_day", "expired"),
    [
        pytest.param(state(log=USUAL), 3.9, set(), id="nothing is old"),
        pytest.param(state(log=USUAL), 4.5, {9}, id="what readers never saw goes after a day"),
        pytest.param(state(log=USUAL), 31.9, {9}, id="the first was seen until day 2"),
        pytest.param(state(log=USUAL), 32.1, {1, 9}, id="for history_days after it was the last"),
        pytest.param(state(log=USUAL), 400, {1, 2, 3, 9}, id="the current one stays"),
        pytest.param(state(), 32.1, {1, 9}, id="without a log, parents tell"),
        pytest.param(state(log=USUAL, audit=1, release=2), 400, {3, 9}, id="what others refer to stays"),
        pytest.param(state(log=USUAL, **{f"{STAGING_BRANCH}_1": 9}), 3.9, set(), id="another job may be staging"),
        pytest.param(state(log=USUAL, **{f"{STAGING_BRANCH}_1": 9}), 4.5, {9}, id="what a killed run staged"),
        # Back to 2 on day 5: it is current again, and 3 and 4 ended on days 4 and 5.
        pytest.param(state(current=2, log=(*USUAL, (2, 5 * DAY))), 34.5, {1, 3, 9}, id="rolled back"),
        pytest.param(state(current=2, log=(*USUAL, (2, 5 * DAY))), 35.5, {1, 3, 4, 9}, id="rolled back long ago"),
    ],
)
def test_history_is_kept_for_so_many_days(found: TableState, on_day: float, expired: set[int]) -> None:
    assert expired_snapshots(found, START + timedelta(days=on_day), 30) == expired


class Files:
    """A bucket and an engine that know of some files."""

    def __init__(self, ages: dict[str, float], named: set[str]) -> None:
        self.ages, self.named, self.deleted = ages, named, set[str]()

    def list(self, prefix: str) -> Any:
        hours = ((key, age) for key, age in self.ages.items() if key.startswith(prefix))
        return [StoredObject(key, 1, START - timedelta(hours=age)) for key, age in hours]

    def delete(self, keys: Any) -> None:
        self.deleted |= set(keys)

    def files_named(self, _: Any) -> frozenset[str]:
        return frozenset(self.named)


CURRENT = "s3://b/artifacts/00000-x.metadata.json"


def orphans_of(ages: dict[str, float], named: set[str]) -> set[str]:
    files: Any = Files(ages, named)
    assert remove_orphans(files, files, MESSAGES, state(), START - LEFT_BEHIND) == len(files.deleted)
    deleted: set[str] = files.deleted
    return deleted


def test_only_old_files_that_nothing_names_are_left_behind() -> None:
    ages = {
        "out/messages/data/old": 25.0,
        "out/messages/data/young": 23.0,
        "out/messages/data/p=%23 😀/named": 99.0,
        "out/messages/metadata/old": 25.0,
        "out/messages/somebody's": 99.0,
        "out/messages2/data/old": 99.0,
    }
    named = {CURRENT, "s3a://b/out/messages/data/p=%23 😀/named"}
    assert orphans_of(ages, named) == {"out/messages/data/old", "out/messages/metadata/old"}


def test_nothing_is_removed_where_the_names_may_not_be_all() -> None:
    assert orphans_of({"out/messages/data/old": 25.0}, {"s3://b/other"}) == set()


def test_an_address_holds_its_key() -> None:
    assert key_of("s3a://b/a/b%23 c") == "a/b%23 c"
