"""A run's own lines in the log: JSON, and each with the run's id and day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from aws_lambda_powertools import Logger

from contract.version import VERSION
from lambda_src.run import Plan

logger: Final = Logger(service="normalize")


class RunLog:
    """Tells of a run in the log."""

    def started(self, plan: Plan, *, dry_run: bool) -> None:
        """Tell that the run begins, and how it is divided."""
        logger.append_keys(run_id=plan.run_id, dt=plan.day.isoformat(), dry_run=dry_run)
        extent = {"work_units": len(plan.work_units), "segments": plan.work_units[0].total_segments}
        logger.info("run started", extra={"table": plan.settings.table, **extent, "code_version": VERSION})

    def ended(self, summary: Mapping[str, Any], *, dry_run: bool) -> None:
        """Tell that the run has ended well, and its summary."""
        logger.info("dry run ended" if dry_run else "run published", extra={"summary": summary})
