"""The event by which ETL-2 tells whoever builds on the tables that a run is published."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from contract.runs import RunSummary
from contract.snapshots import TABLES_READY, event_source
from glue_src.arguments import Arguments
from glue_src.exceptions import EventRefusedError
from glue_src.records import RunRow

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient


def announce(events: EventBridgeClient, arguments: Arguments, summary: RunSummary, rows: Sequence[RunRow]) -> None:
    """Send the event of a published run; its form: ``contract.snapshots.TABLES_READY``.

    Raises:
        EventRefusedError: EventBridge took the request and refused the event.
    """
    detail = {
        "environment": arguments.environment,
        "database": arguments.database,
        "run_id": summary.run_id,
        "business_day": summary.dt.isoformat(),
        "tables": {
            # JavaScript rounds whole numbers of 64 bits: ids are texts.
            row.dataset: {
                "snapshot_id": None if row.snapshot_id is None else str(row.snapshot_id),
                "rows": row.rows_now,
                "changed": row.is_change,
            }
            for row in rows
        },
    }
    source = event_source(arguments.environment)
    entry = {"Source": source, "DetailType": TABLES_READY, "Detail": json.dumps(detail)}
    answer = events.put_events(Entries=[entry])  # type: ignore[list-item]
    if answer["FailedEntryCount"]:
        fault = answer["Entries"][0]
        raise EventRefusedError(summary.run_id, fault.get("ErrorCode", "?"), fault.get("ErrorMessage", "?"))
