"""How many files Trino reads for what analysts ask: eight months, one file each, of conversations and of feedback."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from tests.sql.lake import SqlLake
from tests.sql.samples import conversation, feedback, messages, tables

MONTHS = range(1, 9)
#: Trino's own count of the files of a scan, in EXPLAIN ANALYZE VERBOSE; one line for each scan of an Iceberg table.
_SCAN = re.compile(
    r"table = awsdatacatalog:\w+\.(?P<table>\w+)\$data@.*?'dataFiles' = LongCount\{total=(?P<files>\d+)\}", re.DOTALL
)


@pytest.fixture(scope="module")
def months(lake: SqlLake) -> SqlLake:
    """Each item's time stands in its key, as CatIA writes it."""
    talks, said, given = [], [], []
    for month in MONTHS:
        for day in (1, 15, 28):
            instant = datetime(2026, month, day, 12, tzinfo=UTC)
            name = f"CONVERSATION#{instant:%Y-%m-%dT%H:%M:%S.000Z}"
            talks.append({**conversation("ana", name, 0), "created_at": instant})
            said += messages("ana", name, ("user", "¿qué?"), ("bot", "eso"))
            rated = feedback("ana", f"FEEDBACK#{instant:%Y-%m-%dT%H:%M:%S.000Z}", 0, feedback_type="dislike")
            given.append({**rated, "created_at": instant})
    lake.fill(tables(talks, said, given))
    return lake


def files_read(lake: SqlLake, sql: str) -> dict[str, int]:
    """The files that a query reads, by table; the most of a table that it reads more than once."""
    ((plan,),) = lake.query(f"EXPLAIN ANALYZE VERBOSE {sql}")[1]
    found: dict[str, int] = {}
    for scan in _SCAN.finditer(plan):
        found[scan["table"]] = max(found.get(scan["table"], 0), int(scan["files"]))
    return found


@pytest.mark.parametrize(
    ("condition", "files"),
    [
        ("true", 8),
        ("created_at >= timestamp '2026-03-02 00:00' AND created_at < timestamp '2026-03-20 00:00'", 1),
        ("created_at BETWEEN timestamp '2026-03-20 00:00' AND timestamp '2026-04-10 00:00'", 2),
        ("date(created_at) = date '2026-03-15'", 1),
        ("cast(created_at AS date) >= date '2026-08-01'", 1),
        ("date_trunc('month', created_at) = timestamp '2026-05-01 00:00'", 1),
        ("conversation_id LIKE 'CONVERSATION#2026-06%'", 1),
        ("conversation_id >= 'CONVERSATION#2026-06-10' AND conversation_id < 'CONVERSATION#2026-06-20'", 1),
        ("conversation_id = 'CONVERSATION#2026-02-15T12:00:00.000Z'", 1),
        ("user_id = 'nobody'", 0),
        # What the docs warn of: these hide the column from the files' least and greatest values.
        ("substr(conversation_id, 14, 7) = '2026-06'", 8),
        ("format_datetime(created_at, 'yyyy-MM') = '2026-06'", 8),
    ],
)
def test_files_of_a_table(months: SqlLake, condition: str, files: int) -> None:
    sql = f"SELECT count(*), min(user_id) FROM conversations WHERE {condition}"
    # Without rows to read there may be no scan at all.
    assert files_read(months, sql).get("conversations", 0) == files


@pytest.mark.parametrize(
    "condition",
    [
        "created_at >= timestamp '2026-03-02 00:00' AND created_at < timestamp '2026-03-20 00:00'",
        "feedback_id LIKE 'FEEDBACK#2026-03%'",
    ],
)
def test_a_filter_on_feedback_in_context_reaches_the_table(months: SqlLake, condition: str) -> None:
    sql = f"SELECT * FROM feedback_in_context WHERE {condition}"
    assert files_read(months, sql)["feedback"] == 1


def test_messages_of_a_week_are_read_from_one_file(months: SqlLake) -> None:
    week = "conversation_id >= 'CONVERSATION#2026-03-12' AND conversation_id < 'CONVERSATION#2026-03-19'"
    assert files_read(months, f"SELECT sender, text FROM messages WHERE {week}") == {"messages": 1}
