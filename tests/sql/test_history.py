"""Earlier states, asked for as analysts do."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest

from contract.sources.catia import CONVERSATIONS
from tests.sql.lake import SqlLake
from tests.sql.samples import conversation
from tools.local.errors import TrinoError

MONDAY = [conversation("ana", "C#1", 1), conversation("beto", "C#1", 2)]
TUESDAY = [conversation("ana", "C#1", 1, nombre="Ana"), conversation("ana", "C#2", 30)]


@pytest.fixture(scope="module")
def states(lake: SqlLake) -> tuple[int, datetime, int]:
    """Two snapshots, and an instant between them."""
    monday = lake.commit(CONVERSATIONS, MONDAY)
    time.sleep(0.05)
    between = datetime.now(UTC)
    time.sleep(0.05)
    return monday, between, lake.commit(CONVERSATIONS, TUESDAY)


def users_and_names(lake: SqlLake, travel: str = "") -> list[tuple[str, str, str | None]]:
    sql = f"SELECT user_id, conversation_id, nombre FROM conversations {travel} ORDER BY 1, 2"
    return [(str(user), str(name), nombre) for user, name, nombre in lake.query(sql)[1]]


BEFORE = [("ana", "C#1", None), ("beto", "C#1", None)]
AFTER = [("ana", "C#1", "Ana"), ("ana", "C#2", None)]


def test_version_and_time(lake: SqlLake, states: tuple[int, datetime, int]) -> None:
    monday, between, tuesday = states
    assert users_and_names(lake) == AFTER
    assert users_and_names(lake, f"FOR VERSION AS OF {tuesday}") == AFTER
    assert users_and_names(lake, f"FOR VERSION AS OF {monday}") == BEFORE
    assert users_and_names(lake, f"FOR TIMESTAMP AS OF timestamp '{between:%Y-%m-%d %H:%M:%S.%f} UTC'") == BEFORE


def test_snapshots_and_history_of_a_table(lake: SqlLake, states: tuple[int, datetime, int]) -> None:
    monday, _, tuesday = states
    _, rows = lake.query(
        'SELECT snapshot_id, parent_id FROM "conversations$snapshots" ORDER BY committed_at DESC LIMIT 2'
    )
    assert [row[0] for row in rows] == [tuesday, monday]
    assert rows[0][1] == monday
    ((files,),) = lake.query('SELECT count(*) FROM "conversations$files"')[1]
    assert files == 2


def test_what_two_states_differ_in(lake: SqlLake, states: tuple[int, datetime, int]) -> None:
    monday, *_ = states
    _, rows = lake.query(
        f"SELECT user_id, conversation_id FROM conversations FOR VERSION AS OF {monday}"
        " EXCEPT SELECT user_id, conversation_id FROM conversations"
    )
    assert rows == [("beto", "C#1")]


def test_snapshot_that_never_was(lake: SqlLake, states: tuple[int, datetime, int]) -> None:
    assert states
    with pytest.raises(TrinoError, match="snapshot ID does not exists: 7000000000"):
        lake.query("SELECT * FROM conversations FOR VERSION AS OF 7000000000")
