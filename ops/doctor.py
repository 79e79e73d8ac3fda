"""Looks at everything that can be wrong with an environment, and says the remedy of what is."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import starmap
from typing import Final

from botocore.exceptions import ClientError

from glue_src.exceptions import TableError
from ops.aws_errors import explained, is_absence, is_local
from ops.checks import account, extract, limits, serving, tables, transform, upkeep
from ops.checks.findings import ATTENTION, OK, UNKNOWN, Check, Effect, Examination, Finding
from ops.checks.lateness import Lateness, lateness
from ops.remedies import followed_by

CHECKS: Final = (
    *account.CHECKS,
    *limits.CHECKS,
    *extract.CHECKS,
    *transform.CHECKS,
    *tables.CHECKS,
    *upkeep.CHECKS,
    *serving.CHECKS,
)
#: What decides on what readers see.
URGENT: Final = tuple(check for check in CHECKS if check.urgent)


@dataclass(frozen=True)
class Report:
    """Every finding, in the order of the data's way; ``lateness`` says whether data is late."""

    environment: str
    findings: tuple[Finding, ...]
    lateness: Lateness

    @property
    def matters(self) -> tuple[Finding, ...]:
        """What needs attention, or could not be looked at."""
        return tuple(finding for finding in self.findings if finding.state != OK)

    @property
    def well(self) -> bool:
        """Whether nothing needs attention and everything could be looked at."""
        return not self.matters


def examine(examined: Examination, checks: Sequence[Check] = CHECKS) -> Report:
    """Make checks; one that AWS or a damaged table refuses becomes a finding, and the others are made.

    Raises:
        botocore.exceptions.ClientError, BotoCoreError: the credentials are of no use, or AWS cannot be reached.
    """
    found = [finding for check in checks for finding in _made(check, examined)]
    by_cause: dict[Finding, list[Finding]] = {}
    for finding in found:
        by_cause.setdefault(_cause(finding, found), []).append(finding)
    told: dict[object, Finding] = {}
    for finding in starmap(_with_consequences, by_cause.items()):
        # What AWS refuses to several checks is told by the first.
        told.setdefault((finding.said, finding.remedy) if finding.remedy else finding, finding)
    return Report(examined.env, tuple(told.values()), lateness(examined))


def _cause(finding: Finding, findings: Collection[Finding]) -> Finding:
    """Return the finding that another one follows from in the end, which may be itself."""
    if finding.state == OK or finding.effect is None:
        return finding
    explaining = (
        each for each in findings if each is not finding and each.state == ATTENTION and finding.effect in each.explains
    )
    cause = next(explaining, None)
    return finding if cause is None else _cause(cause, findings)


def _with_consequences(cause: Finding, findings: Sequence[Finding]) -> Finding:
    """Return a cause as it is told: with what follows from it, and what is then left to do."""
    follows = [each for each in findings if each is not cause and isinstance(each.effect, Effect)]
    if not follows:
        return cause
    said = f"{cause.said}; therefore {'; '.join(each.said for each in follows)}"
    again = follows[0].remedy
    remedy = cause.remedy if again in cause.remedy else followed_by(cause.remedy, again)
    return replace(cause, said=said, remedy=remedy)


def _made(check: Check, examined: Examination) -> Iterator[Finding]:
    try:
        yield from check.look(examined)
    except TableError as error:
        yield examined.unreadable(check.name, error)
    except ClientError as error:
        if not is_local(error) and not is_absence(error):
            raise
        told = explained(error, examined.env, examined.platform.environment.provider.region)
        yield Finding(check.name, ATTENTION if is_absence(error) else UNKNOWN, told.message, told.remedy)
