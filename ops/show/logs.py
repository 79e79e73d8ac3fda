"""Lines of a log as people read them."""

from __future__ import annotations

import json
from typing import Any, Final

from rich.text import Text

from ops.invocations import LogLine, document_in
from ops.show.screen import visible

#: Said otherwise, or the same on every line.
_LEFT_OUT: Final = frozenset(
    (
        *("level", "message", "step", "timestamp", "time", "location", "service", "cold_start", "xray_trace_id"),
        *("function_name", "function_memory_size", "function_arn", "function_request_id"),
        *("traceback", "exception", "exception_name", "stack_trace"),
    )
)
_STYLES: Final = {"ERROR": "red", "CRITICAL": "red", "WARNING": "yellow"}


def is_metric(line: LogLine) -> bool:
    """Tell whether a line is CloudWatch's own, of which it takes metrics."""
    return "_aws" in document_in(line.message)


def is_for_people(line: LogLine) -> bool:
    """Tell whether a line is one of ours: not a service's own, and no part of a stack of Spark's."""
    return bool(document_in(line.message)) and not is_metric(line)


def text_of(line: LogLine, *, whole: bool = True) -> Text:
    """Return a line as text: its time, level and message, then the step's own fields; if ``whole``, its traceback."""
    document = document_in(line.message)
    time = f"{line.at:%H:%M:%S} "
    if not document:
        return Text.assemble((time, "dim"), visible(line.message.rstrip()))
    level = str(document.get("level", ""))
    said = visible(str(document.get("step") or document.get("message") or ""))
    fields = " ".join(f"{name}={_value(value)}" for name, value in document.items() if name not in _LEFT_OUT)
    text = Text.assemble((time, "dim"), (f"{level:7} ", _STYLES.get(level, "dim")), said)
    if fields:
        text.append(f"  {visible(fields)}", style="dim")
    traceback = (document.get("traceback") or document.get("exception")) if whole else ""
    for row in str(traceback or "").splitlines():
        text.append(f"\n         {visible(row)}")
    return text


def json_of(line: LogLine) -> str:
    """Return a line as one JSON object: the program's own as it is, a service's with its time."""
    text = line.message.rstrip()
    if document_in(text):
        return text
    return json.dumps({"timestamp": line.at.isoformat(), "message": text}, ensure_ascii=False)


def _value(value: Any) -> str:
    """Return a field's value; of a run's summary, the counts."""
    if isinstance(value, dict) and "items" in value:
        counts = value["items"]
        return f"({', '.join(f'{name}={count}' for name, count in counts.items() if not isinstance(count, dict))})"
    return str(value)
