"""The namespaces of the platform's metrics, and the permission to write to one."""

from __future__ import annotations

from modules.policies import Statement

#: What runs of ETL-1 and of ETL-2 measure.
NORMALIZE_NAMESPACE = "CAT/Normalize"
ETL_NAMESPACE = "CAT/Etl"
#: What Glue makes of every job, as the job's role.
GLUE_NAMESPACE = "Glue"


def write_metrics(sid: str, namespace: str) -> Statement:
    """Return the permission to write metrics of one namespace: CloudWatch has no resources to narrow."""
    return Statement(
        sid=sid,
        actions=["cloudwatch:PutMetricData"],
        resources=["*"],
        conditions={"StringEquals": {"cloudwatch:namespace": namespace}},
    )
