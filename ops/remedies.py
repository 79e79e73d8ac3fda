"""What to do about what ETL-1 and ETL-2 say when they fail: the runbook's tables, for a program to look up."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from ops.platform import Platform


@dataclass(frozen=True)
class Remedy:
    """What a failure's words mean: ``pattern`` finds it, ``todo`` ends it, ``heading`` is the runbook's.

    In braces, ``todo`` has the environment's own commands: ``{deploy}``, and this program's as ``{run --dry-run}``.
    """

    pattern: str
    todo: str
    heading: str


#: Of the source table: no stack makes it, so no deployment brings it back.
SOURCE_IS_GONE: Final = (
    "have its owner restore it: no stack of ours makes it, and readers see what they saw; or is normalize."
    "dynamo_table_name in envs/ another's name, or are these the credentials of another account or region?"
)
_NORMALIZE: Final = "Normalize failed"
_ETL: Final = "Glue job failed"

#: The first that fits counts: what is particular stands before what is general.
EXTRACT_REMEDIES: Final = (
    Remedy(
        r"task timed out|deadlineexceeded|seconds? (are|is) left until|\bTIMEOUT\b",
        'raise lambda_.timeout (at most 900) or memory_size in envs/ and deploy; beyond that extract.engine = "glue"',
        _NORMALIZE,
    ),
    Remedy(
        r"status -9|signal: killed|out ?of ?memory|memoryerror|exitcode -9",
        "raise lambda_.memory_size in envs/ and deploy",
        _NORMALIZE,
    ),
    Remedy(r"\bEventError\b|the event is wrong", "repeat with an event that is right", "Run ETL-1 by hand"),
    Remedy(
        r"throttl|provisionedthroughput",
        "give the table more capacity, or set extract.max_read_capacity_units to what it can spare, and deploy",
        "The scan slows the chatbot down",
    ),
    Remedy(
        r"access ?denied|not authorized|forbidden|permission",
        "{deploy}: role, bucket and key belong together",
        _NORMALIZE,
    ),
    Remedy(r"does not reconcile", "a defect: keep the log and open an issue", _NORMALIZE),
    Remedy(r"nosuchbucket|bucket .*does not exist", "{deploy}", _NORMALIZE),
    Remedy(r"resourcenotfound|table .*not found", SOURCE_IS_GONE, _NORMALIZE),
)
TRANSFORM_REMEDIES: Final = (
    Remedy(
        r"\bHeldError\b|would remove",
        "is the source whole? If the rows are meant to go: {run --accept-removal}",
        "A run was held",
    ),
    Remedy(
        r"failed (a|\d+) check|quarantin|failed checks",
        "{query failed_checks} says which; repair the cause, then {run}",
        "A run was quarantined",
    ),
    Remedy(
        r"no complete run|none of \d+ clean run|is malformed",
        "repeat ETL-1: {run}",
        _ETL,
    ),
    Remedy(
        r"header of|foreign|different contracts",
        "{run}; a CSV that somebody changed is passed over then. If it fails so again, deploy both stacks from one "
        "commit: {deploy}",
        _ETL,
    ),
    Remedy(
        r"\bTableMovedError\b|somebody else committed",
        "two writers at once: {curate} starts from what is there now",
        _ETL,
    ),
    Remedy(
        r"\bTableSchemaError\b|new field id",
        "give the changed column a new name and a new field id in the contract, and deploy",
        _ETL,
    ),
    Remedy(
        r"\bTable(Metadata|File)Error\b|restore an earlier version|ops restore --env ENV",
        "{restore --deleted-since 1d --overwritten-since 1d} && {doctor}",
        "A table is damaged",
    ),
    Remedy(
        r"\bTableMissingError\b|deploy the etl stack",
        "{restore}",
        _ETL,
    ),
    Remedy(
        r"largest partition takes",
        "a narrower partition, a larger etl.transform.arrow.memory_size, or transform.engine = spark (docs/scaling.md)",
        _ETL,
    ),
    Remedy(
        r"no space left|out ?of ?memory|outofmemory|exceeding memory|executor.*(lost|exited)|status -9|signal: killed",
        "more or larger workers: etl.glue.number_of_workers or worker_type in envs/ (of a function: memory_size)",
        _ETL,
    ),
    Remedy(
        r"task timed out|\bTIMEOUT\b|seconds? (are|is) left until",
        "raise etl.glue.timeout (of a function: memory_size, or transform.engine = spark) in envs/ and deploy",
        _ETL,
    ),
    Remedy(r"\bPseudonymKeyError\b|key of pseudonyms", "{make_key} && {curate}", _ETL),
    Remedy(r"access ?denied|not authorized|forbidden|permission", "{deploy}", _ETL),
    Remedy(
        r"concurrentruns|resourcenumberlimit|insufficient|quota|max.*dpu",
        "wait until other runs have ended, or raise Glue's quota of DPUs",
        _ETL,
    ),
)
#: What a remedy begins with that can be typed as it stands.
_PROGRAMS: Final = ("aws ", "cdktf ", "python ")
_OTHERWISE: Final = "repeat it; if it fails again, its log has the whole story"


class _Commands(dict[str, str]):
    """What stands in braces, as a command of one environment."""

    def __init__(self, platform: Platform) -> None:
        make_key = f"python -m ops pseudonyms make-key --env {platform.names.env}"
        super().__init__(deploy=platform.deploy, make_key=make_key)
        self._platform = platform

    def __missing__(self, words: str) -> str:
        return self._platform.command(words)


def followed_by(remedy: str, command: str) -> str:
    """Return a remedy and the command that comes after it: as one line for a shell, if both are commands."""
    return f"{remedy} && {command}" if remedy.startswith(_PROGRAMS) else f"{remedy}; then {command}"


def remedy_for(etl: str, error: str, platform: Platform) -> tuple[str, str]:
    """Return what to do about a failure of "ETL-1" or "ETL-2", and the runbook's heading about it."""
    remedies = EXTRACT_REMEDIES if etl == "ETL-1" else TRANSFORM_REMEDIES
    for remedy in remedies:
        if re.search(remedy.pattern, error, re.IGNORECASE):
            return remedy.todo.format_map(_Commands(platform)), remedy.heading
    return _OTHERWISE, remedies[0].heading
