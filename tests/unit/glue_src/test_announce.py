"""The event that announces a published run, and what happens where it is refused."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from contract.sources.catia import MESSAGES
from glue_src.announce import announce
from glue_src.exceptions import EventRefusedError
from glue_src.records import RunRow
from tests.unit.glue_src.test_arguments import EXPECTED
from tests.unit.glue_src.test_plan import OLD, summary_of

AT = datetime(2026, 2, 1, tzinfo=UTC)


class Events:
    """Answers as EventBridge does, and keeps what it is sent."""

    def __init__(self, answer: dict[str, Any]) -> None:
        self.answer, self.sent = answer, list[Any]()

    def put_events(self, Entries: list[Any]) -> Any:  # noqa: N803 - its own name
        self.sent += Entries
        return self.answer


def row(dataset: str, snapshot_id: int | None, *, is_change: bool) -> RunRow:
    return RunRow(
        run_id="r2",
        business_day="2026-02-05",
        dataset=dataset,
        committed_at=AT,
        snapshot_id=snapshot_id,
        rows_now=7,
        rows_before=6,
        is_change=is_change,
    )


def test_an_event_tells_what_readers_see() -> None:
    events: Any = Events({"FailedEntryCount": 0, "Entries": [{"EventId": "e"}]})
    rows = [row("messages", 2**63 - 1, is_change=True), row("rejected", None, is_change=False)]
    announce(events, EXPECTED, summary_of(MESSAGES, OLD), rows)
    (entry,) = events.sent
    assert (entry["Source"], entry["DetailType"]) == ("cat-test-etl2", "cat.tables.ready")
    assert json.loads(entry["Detail"]) == {
        "environment": "test",
        "database": "d",
        "run_id": "r2",
        "business_day": "2026-02-05",
        "tables": {
            "messages": {"snapshot_id": "9223372036854775807", "rows": 7, "changed": True},
            "rejected": {"snapshot_id": None, "rows": 7, "changed": False},
        },
    }


def test_a_refused_event_is_an_error() -> None:
    fault = {"ErrorCode": "NotAuthorizedForSourceException", "ErrorMessage": "no"}
    events: Any = Events({"FailedEntryCount": 1, "Entries": [fault]})
    with pytest.raises(EventRefusedError, match=r"r2 is published, but .*NotAuthorizedForSource.*run ETL-2 again"):
        announce(events, EXPECTED, summary_of(MESSAGES, OLD), [])
