"""The requests that roles have made of AWS: as the emulator wrote them down, and as they are kept in recorded.json.

What differs from run to run (days, run ids, hashes, attempts) stands there as a word in braces, and the environment as
``{env}``, so that two runs of the same program give the same file.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from envs.local import LOCAL

RECORDED: Final = Path(__file__).with_name("recorded.json")
ENV: Final = "{env}"

_DATASETS: Final = "|".join(dataset.name for dataset in LOCAL.contract.tables)
#: In this order: each pattern sees what those before it have left.
_VARYING: Final = (
    (re.compile(r"\d{8}T\d{6}\.\d{6}Z-[0-9a-f]{8}"), "{run}"),
    (re.compile(r"dt=\d{4}-\d{2}-\d{2}"), "dt={day}"),
    (re.compile(r"[0-9a-f]{64}"), "{sha256}"),
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"), "{uuid}"),
    (re.compile(r"\bcat([-_/])local([-_/])"), rf"cat\1{ENV}\2"),
    # In S3 all datasets are treated alike; in the catalog each table is a resource that policies name.
    (re.compile(rf"(?<=/)({_DATASETS})(?=[-/.])"), "{dataset}"),
    # What Iceberg calls its files.
    *(
        (re.compile(rf"(?<={zone}{{dataset}}/)(data|metadata)/.+"), r"\1/{file}")
        for zone in (LOCAL.etl.curated_prefix, LOCAL.etl.restricted_prefix, LOCAL.etl.pseudonymous_prefix)
    ),
)

#: How the emulator's log tells S3's operations apart, and their names in the API.
_S3_OPERATIONS: Final = {
    "DELETE object": "DeleteObject",
    "DELETE object uploadId": "AbortMultipartUpload",
    "GET bucket list-type": "ListObjectsV2",
    "GET bucket uploads": "ListMultipartUploads",
    "GET object": "GetObject",
    "GET object tagging": "GetObjectTagging",
    "HEAD object": "HeadObject",
    "POST bucket delete": "DeleteObjects",
    "POST object uploadId": "CompleteMultipartUpload",
    "POST object uploads": "CreateMultipartUpload",
    "PUT object": "PutObject",
    "PUT object copy": "CopyObject",
    "PUT object copy partNumber uploadId": "UploadPartCopy",
    "PUT object partNumber uploadId": "UploadPart",
    "PUT object tagging": "PutObjectTagging",
}


@dataclass(frozen=True, order=True)
class Call:
    """One thing that a role needed: an action on a resource, with the condition keys that the request carried."""

    role: str
    action: str
    resource: str
    context: tuple[tuple[str, str], ...] = ()

    def in_environment(self, env: str) -> Call:
        """Return the same call where the environment has this name."""
        context = tuple((key, value.replace(ENV, env)) for key, value in self.context)
        return Call(self.role.replace(ENV, env), self.action, self.resource.replace(ENV, env), context)


#: What was needed, and by which operations of the API.
Calls = Mapping[Call, frozenset[str]]


def read_decisions(log: Path) -> list[dict[str, Any]]:
    """Return what the emulator has written down, line by line."""
    return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]


def calls_in(decisions: Iterable[Mapping[str, Any]]) -> Calls:
    """Return the calls that were allowed, without what varies.

    Raises:
        KeyError: an operation of S3 that has no name here.
    """
    found = defaultdict[Call, set[str]](set)
    for decision in decisions:
        if decision["allowed"]:
            call, operation = _call_in(decision)
            found[call].add(operation)
    return {call: frozenset(operations) for call, operations in found.items()}


def _call_in(decision: Mapping[str, Any]) -> tuple[Call, str]:
    context = tuple(sorted((key, steady(str(value))) for key, value in decision["context"].items()))
    call = Call(steady(decision["role"]), decision["action"], steady(decision["resource"]), context)
    operation = decision["operation"]
    return call, _S3_OPERATIONS[operation] if " " in operation else operation


def steady(text: str) -> str:
    """Return a name, ARN or condition without what varies."""
    for pattern, word in _VARYING:
        text = pattern.sub(word, text)
    return text


def of_roles(calls: Calls, roles: Iterable[str]) -> Calls:
    """Return the calls of these roles, by their names with ``{env}``."""
    wanted = set(roles)
    return {call: operations for call, operations in calls.items() if call.role in wanted}


def recorded() -> Calls:
    """Return the calls that are kept in recorded.json."""
    return {
        Call(role, entry["action"], entry["resource"], tuple(map(tuple, sorted(entry["context"].items())))): frozenset(
            entry["operations"]
        )
        for role, entries in json.loads(RECORDED.read_text(encoding="utf-8")).items()
        for entry in entries
    }


def keep(calls: Calls) -> None:
    """Write recorded.json."""
    roles = defaultdict[str, list[dict[str, Any]]](list)
    for call in sorted(calls):
        roles[call.role].append(
            {
                "action": call.action,
                "resource": call.resource,
                "context": dict(call.context),
                "operations": sorted(calls[call]),
            }
        )
    RECORDED.write_text(json.dumps(roles, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
