"""This platform's ETL-1, by its own entry point: all datasets, rejects, checks, summary and commit.

The one file of the benchmark that knows lambda_src.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Mapping
from typing import Any, Final

from contract.datasets import WHOLE_TABLE
from contract.items.outcomes import Excluded
from contract.settings import UNLIMITED, LambdaVariable
from contract.sources.catia import CONTRACT
from lambda_src.clients import default_clients
from lambda_src.deadline import Deadline
from lambda_src.execution import RunContext, execute
from lambda_src.fast_readers.protocol import ItemRecords
from lambda_src.records import Records
from lambda_src.run import Plan
from lambda_src.run_log import RunLog
from lambda_src.settings import Settings
from lambda_src.workers import ProcessEngine
from tools.bench.contenders.task import BUCKET, Report, Task, Work
from tools.bench.items import EXCLUDED_PREFIX

_FIFTEEN_MINUTES: Final = 15 * 60.0
RULES: Final = json.dumps(
    [{"name": "monitors", "attribute": "user_id", "operator": "starts_with", "values": [EXCLUDED_PREFIX]}]
)


def prepare(task: Task) -> Work:
    """Read the settings and make the clients, as a warm function has them."""
    logging.disable(logging.INFO)
    settings = Settings.from_environment(_variables(task))
    run_log = _Processes()
    context = RunContext(
        clients=default_clients(),
        engine=ProcessEngine(task.memory_megabytes, os.cpu_count() or 1),
        deadline=Deadline.after(_FIFTEEN_MINUTES, "Measure fewer items."),
        run_log=run_log,
    )
    return lambda: _report(execute({}, settings, context).document, run_log.started_processes)


def prepare_without_sums(task: Task) -> Work:
    """Do the same, but only count rows where others are hashed and summed by partition."""
    Records.add_read = _add_counted  # type: ignore[method-assign]
    return prepare(task)


def _add_counted(self: Records, outcome: ItemRecords | Excluded) -> None:
    if isinstance(outcome, Excluded):
        self.tally.excluded[outcome.rule] += 1
        return
    for name, _, records, rows in outcome.records:
        if rows:
            append, sums, _ = self._appending[name]
            append(records)
            sums[WHOLE_TABLE][0] += rows
    self.tally.accepted[outcome.kind] += 1


class _Processes(RunLog):
    """Notes how many processes a run has started."""

    started_processes = 0

    def started(self, plan: Plan, *, dry_run: bool) -> None:  # noqa: ARG002 - the benchmark rehearses nothing
        self.started_processes = len(plan.work_units) if len(plan.work_units) > 1 else 0

    def ended(self, summary: Mapping[str, Any], *, dry_run: bool) -> None:
        """Tell nothing."""


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
        LambdaVariable.MAX_READ_CAPACITY_UNITS: UNLIMITED,
        LambdaVariable.METRICS_NAMESPACE: "CAT/Normalize",
        LambdaVariable.CONTRACT: CONTRACT.name,
        LambdaVariable.TOMBSTONE_KEY: "/bench/tombstone-key",
    }


def _report(summary: dict[str, Any], processes: int) -> Report:
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
        processes=processes,
    )
