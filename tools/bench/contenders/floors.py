"""What no program can beat: fetching the pages, and fetching them and having them parsed by the fastest JSON parser."""

from __future__ import annotations

import gc
import json
from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any

import orjson

from tools.bench.contenders.task import Report, Task, Work

_HEADERS = {"X-Amz-Target": "DynamoDB_20120810.Scan", "Content-Type": "application/x-amz-json-1.0"}
_TAIL_BYTES = 4096
"""The members after the items are found at the end of a page."""


def prepare_fetch(task: Task) -> Work:
    """Read the pages, look only for the next page's key, and drop them."""
    return lambda: Report({"scanned": sum(_count(body) for body in _bodies(task))})


def prepare_fetch_and_parse(task: Task) -> Work:
    """Read the pages and parse them with orjson, garbage collection off."""
    return lambda: Report({"scanned": sum(len(page["Items"]) for page in _parsed(task))})


def _parsed(task: Task) -> Iterator[dict[str, Any]]:
    gc.disable()
    for body in _bodies(task):
        yield orjson.loads(body)


def _bodies(task: Task) -> Iterator[bytes]:
    connection = HTTPConnection("127.0.0.1", task.port)
    request: dict[str, Any] = {"TableName": task.table}
    while True:
        connection.request("POST", "/", json.dumps(request), _HEADERS)
        body = connection.getresponse().read()
        yield body
        key = _members_after_items(body).get("LastEvaluatedKey")
        if key is None:
            return
        request["ExclusiveStartKey"] = key


def _count(body: bytes) -> int:
    count: int = _members_after_items(body)["Count"]
    return count


def _members_after_items(body: bytes) -> dict[str, Any]:
    tail = body[-_TAIL_BYTES:]
    members: dict[str, Any] = json.loads(b"{" + tail[tail.rindex(b'"Count":') :])
    return members
