"""Looks at everything that can be wrong with an environment, and says the remedy of what is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from botocore.exceptions import ClientError

from glue_src.exceptions import TableError
from ops.aws_errors import explained, is_absence, is_local
from ops.checks import account, extract, limits, serving, tables, transform, upkeep
from ops.checks.findings import ATTENTION, OK, UNKNOWN, Check, Examination, Finding
from ops.checks.lateness import lateness

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
    lateness: str

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
    found: dict[object, Finding] = {}
    for finding in (finding for check in checks for finding in _made(check, examined)):
        # A table that cannot be read stands in the way of several checks, and is told by the first.
        found.setdefault((finding.said, finding.remedy) if finding.remedy else finding, finding)
    return Report(examined.env, tuple(found.values()), lateness(examined))


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
