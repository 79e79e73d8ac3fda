"""A log group while it grows: its new lines, each once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from ops.aws_errors import is_absence
from ops.invocations import LogLine, instant_of

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient


class Tail:
    """New lines of a log group from an instant on, those of streams that begin with ``stream`` where it is given.

    ``pattern`` is CloudWatch's own: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
    """

    def __init__(
        self, logs: CloudWatchLogsClient, group: str, since: datetime, stream: str = "", pattern: str = ""
    ) -> None:
        self._logs = logs
        self._stream = stream
        self._since = int(since.timestamp() * 1000)
        self._seen: set[str] = set()
        self._request: dict[str, Any] = {"logGroupName": group}
        if stream:
            self._request["logStreamNamePrefix"] = stream
        if pattern:
            self._request["filterPattern"] = pattern

    def new_lines(self) -> Iterator[LogLine]:
        """Yield what has come since the last call, in the order of its instants; nothing where there is no log yet."""
        try:
            yield from self._read()
        except ClientError as error:
            if not is_absence(error):
                raise

    def _read(self) -> Iterator[LogLine]:
        newest = self._since
        here: set[str] = set()
        for page in self._logs.get_paginator("filter_log_events").paginate(startTime=self._since, **self._request):
            # An endpoint may give the lines of all streams, whichever are asked for.
            for event in (each for each in page["events"] if each["logStreamName"].startswith(self._stream)):
                identity = event.get("eventId") or f"{event['logStreamName']} {event['timestamp']} {event['message']}"
                if event["timestamp"] >= newest:
                    if event["timestamp"] > newest:
                        newest, here = event["timestamp"], set()
                    here.add(identity)
                if identity not in self._seen:
                    yield LogLine(instant_of(event["timestamp"]), event["logStreamName"], event["message"])
        # The next call begins at the last instant again, for more may have come of it.
        self._since, self._seen = newest, self._seen | here if newest == self._since else here
