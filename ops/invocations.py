"""A function's log, read as invocations: when each began, how long it took, how it ended."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, Final

_START: Final = re.compile(r"START RequestId: (?P<id>[0-9a-fA-F-]+)")
#: Lambda's own line: https://docs.aws.amazon.com/lambda/latest/dg/python-logging.html
_REPORT: Final = re.compile(
    r"REPORT RequestId: (?P<id>\S+)\s.*?Billed Duration: (?P<billed>[\d.]+) ms\s+Memory Size: (?P<size>\d+) MB"
    r"(?:\s+Max Memory Used: (?P<used>\d+) MB)?",
    re.DOTALL,
)
_TIMED_OUT: Final = re.compile(r"Task timed out after [\d.]+ seconds")
_RUNTIME_ENDED: Final = re.compile(r"Error: Runtime exited|signal: killed|Runtime\.ExitError")

WELL: Final = "SUCCEEDED"
FAILED: Final = "FAILED"
TIMED_OUT: Final = "TIMEOUT"
RUNNING: Final = "RUNNING"


@dataclass(frozen=True)
class LogLine:
    """One event of a log group."""

    at: datetime
    stream: str
    message: str


@dataclass(frozen=True)
class Invocation:
    """One invocation of a function: billed seconds and megabytes as Lambda reports them, None while it runs."""

    request_id: str
    started_at: datetime
    state: str
    billed_seconds: float | None = None
    memory_mb: int | None = None
    used_mb: int | None = None
    error: str = ""


def document_in(message: str) -> dict[str, Any]:
    """Return the JSON object that a line is, or an empty one."""
    if not message.startswith("{"):
        return {}
    try:
        found = json.loads(message)
    except json.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def instant_of(milliseconds: int) -> datetime:
    """Return an instant of CloudWatch's, which are milliseconds since 1970."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def invocations(lines: Iterable[LogLine]) -> list[Invocation]:
    """Return the invocations in a log, newest first. Those whose beginning is not among the lines are left out."""
    by_stream: defaultdict[str, list[LogLine]] = defaultdict(list)
    for line in lines:
        by_stream[line.stream].append(line)
    found = [invocation for stream in by_stream.values() for invocation in _of_stream(stream)]
    return sorted(found, key=lambda invocation: invocation.started_at, reverse=True)


def _of_stream(lines: Sequence[LogLine]) -> list[Invocation]:
    """Read one stream: a sandbox works on one event at a time, so its lines do not mix."""
    starts = [place for place, line in enumerate(lines) if _START.match(line.message)]
    return [_read(lines[begin:end]) for begin, end in pairwise([*starts, len(lines)])]


def _read(lines: Sequence[LogLine]) -> Invocation:
    start = _START.match(lines[0].message)
    request_id = start["id"] if start else ""
    report = next((match for line in lines if (match := _REPORT.search(line.message))), None)
    error, state = _ending(lines[1:])
    if report is None:
        return Invocation(request_id, lines[0].at, state if error else RUNNING, error=error)
    return Invocation(
        request_id,
        lines[0].at,
        state,
        billed_seconds=float(report["billed"]) / 1000,
        memory_mb=int(report["size"]),
        used_mb=int(report["used"]) if report["used"] else None,
        error=error,
    )


def _ending(lines: Sequence[LogLine]) -> tuple[str, str]:
    """Return what went wrong, or an empty text, and the state that it means."""
    for line in lines:
        if _TIMED_OUT.search(line.message):
            return line.message.strip(), TIMED_OUT
        if _RUNTIME_ENDED.search(line.message):
            return line.message.strip(), FAILED
    for line in lines:
        document = document_in(line.message)
        if error := error_in(document):
            return error, FAILED
        if line.message.startswith("[ERROR]"):
            return line.message.strip(), FAILED
    return "", WELL


def error_in(document: dict[str, Any]) -> str:
    """Return what a line of ETL-1's or ETL-2's log says of an error, without its traceback; nothing of other lines."""
    if document.get("level") not in {"ERROR", "CRITICAL"}:
        return ""
    if document.get("error"):
        return str(document["error"])
    exception = str(document.get("exception") or document.get("traceback") or "").strip()
    return _last_message(exception) or str(document.get("message", ""))


def _last_message(traceback: str) -> str:
    """Return the exception's own lines at the end of a traceback, notes included."""
    lines = traceback.splitlines()
    indented = [place for place, line in enumerate(lines) if line.startswith("  ")]
    code = [place for place in indented if lines[place].lstrip().startswith(("File ", "^", "~"))]
    after = max(code, default=-1) + 1
    while after < len(lines) and lines[after].startswith("    "):
        after += 1
    return "\n".join(lines[after:]).strip()
