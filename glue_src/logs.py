"""One JSON document per log line, so that CloudWatch Logs Insights can filter by day, run, dataset or step."""

from __future__ import annotations

import json
import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from glue_src.exceptions import brief

_LOGGER = logging.getLogger("cat.etl2")


class JsonFormatter(logging.Formatter):
    """Formats a record as one line of JSON: its time, level and step, then the step's own fields."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line of JSON."""
        document: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "step": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            document["traceback"] = self.formatException(record.exc_info)
        return json.dumps(document, ensure_ascii=False, default=str)


def write_to_standard_output() -> None:
    """Send the job's log lines to standard output, which Glue ships to its output log group."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter())
    _LOGGER.handlers = [handler]
    _LOGGER.setLevel(logging.INFO)
    _LOGGER.propagate = False


def info(step: str, **fields: object) -> None:
    """Log a step that went as it should."""
    _LOGGER.info(step, extra={"fields": fields})


def warning(step: str, **fields: object) -> None:
    """Log what an operator should look at and the job could do without."""
    _LOGGER.warning(step, extra={"fields": fields})


def failure(step: str, error: Exception, **fields: object) -> None:
    """Log an error with its traceback."""
    _LOGGER.error(step, exc_info=error, extra={"fields": {**fields, "error": brief(error)}})


@contextmanager
def timed(step: str, **fields: object) -> Iterator[dict[str, object]]:
    """Log ``step`` with its duration in seconds once the block has succeeded; the block may add fields."""
    started = time.monotonic()
    yield fields
    info(step, **fields, seconds=round(time.monotonic() - started, 3))
