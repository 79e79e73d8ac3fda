"""What ETL-2 writes into the summary of each Iceberg snapshot, and the event that announces published tables.

The entries are committed and rolled back with the data, so that a table itself says what it holds.
"""

from __future__ import annotations

from typing import Final


class SnapshotProperty:
    """Names of the entries in a snapshot's summary."""

    #: The run of ETL-1 whose state the snapshot holds; on ``runs``, the newest that was recorded.
    RUN_ID: Final = "cat.run-id"
    BUSINESS_DAY: Final = "cat.business-day"
    #: The snapshot on which the commit was planned, or NO_SNAPSHOT. The sums count only if it is the parent.
    BASE_SNAPSHOT_ID: Final = "cat.base-snapshot-id"
    #: JSON of ``contract.partition_sums.to_document``: what the whole table holds after the commit.
    SUMS: Final = "cat.sums"
    SUMS_VERSION: Final = "cat.sums-version"


NO_SNAPSHOT: Final = "none"

#: The branch on which Spark writes what is not yet checked.
STAGING_BRANCH: Final = "cat_staging"

#: EventBridge's detail-type of the event that follows a published run, on the default bus; its source is
#: :func:`event_source`. The detail: ``environment``, ``database``, ``run_id``, ``business_day`` and
#: ``tables``: ``{name: {"snapshot_id": text or null, "rows": number, "changed": true or false}}``. It comes at least
#: once for each published run.
TABLES_READY: Final = "cat.tables.ready"


def event_source(environment: str) -> str:
    """Return the source of the events by which an environment's ETL-2 announces published tables."""
    return f"cat-{environment}-etl2"
