"""This platform's ETL-1, by its own entry point: all datasets, rejects, checks, summary and commit.

The one file of the benchmark that knows lambda_src.
"""

from __future__ import annotations

import json
import logging
from typing import Any, Final

from bench.contenders.task import BUCKET, Report, Task, Work
from bench.items import EXCLUDED_PREFIX
from lambda_src.clients import default_clients
from lambda_src.handler import execute
from lambda_src.settings import Settings
from modules.contract.settings import LambdaVariable

SCANS_SEGMENTS_IN_PARALLEL: Final = False
"""Whether segments are scanned at the same time; while they are not, measuring more than one shows nothing."""
_FIFTEEN_MINUTES: Final = 15 * 60 * 1000
RULES: Final = json.dumps(
    [{"name": "monitors", "attribute": "user_id", "operator": "starts_with", "values": [EXCLUDED_PREFIX]}]
)


def prepare(task: Task) -> Work:
    """Read the settings and make the clients, as a warm function has them."""
    logging.disable(logging.INFO)
    settings = Settings.from_environment(_variables(task))
    clients = default_clients()
    return lambda: _report(execute({}, settings, clients, lambda: _FIFTEEN_MINUTES))


def _variables(task: Task) -> dict[str, str]:
    return {
        LambdaVariable.S3_BUCKET_NAME: BUCKET,
        LambdaVariable.DYNAMODB_TABLE_NAME: task.table,
        LambdaVariable.PROJECT_ID: "P0000",
        LambdaVariable.ENVIRONMENT: "bench",
        LambdaVariable.CLIENT: "BENCH",
        LambdaVariable.CLEAN_PREFIX: "reports/etl-process1/",
        LambdaVariable.TIME_ZONE: "America/Bogota",
        LambdaVariable.EXCLUSION_RULES: RULES,
        LambdaVariable.SCAN_SEGMENTS: str(task.segments),
        LambdaVariable.METRICS_NAMESPACE: "CAT/Normalize",
    }


def _report(summary: dict[str, Any]) -> Report:
    """Return the run summary's counts under the names that the generator knows them by."""
    items, objects = summary["items"], summary["objects"]
    rows = {written["dataset"]: written["rows"] for written in objects}
    return Report(
        rows={
            "scanned": items["scanned"],
            "conversations": rows["conversations"],
            "messages": rows["messages"],
            "feedback": rows["feedback"],
            "rejected": rows["rejected"],
            "registers": items["registers"],
            "excluded": items["excluded_total"],
        },
        csv_bytes=sum(written["bytes"] for written in objects),
    )
