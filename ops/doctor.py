"""Looks at everything that can be wrong with an environment, and says the remedy of what is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from glue_src.exceptions import TableError
from ops.aws_errors import explained, is_absence, is_local
from ops.checks import account, extract, limits, serving, tables, transform, upkeep
from ops.checks.findings import ATTENTION, UNKNOWN, Examination, Finding

if TYPE_CHECKING:
    from ops.checks.findings import Check
    from ops.platform import Platform

CHECKS: Final = (
    *account.CHECKS,
    *limits.CHECKS,
    *extract.CHECKS,
    *transform.CHECKS,
    *tables.CHECKS,
    *upkeep.CHECKS,
    *serving.CHECKS,
)


@dataclass(frozen=True)
class Report:
    """Every finding, in the order of the data's way."""

    environment: str
    findings: tuple[Finding, ...]

    @property
    def well(self) -> bool:
        """Whether nothing needs attention and everything could be looked at."""
        return all(finding.state not in {ATTENTION, UNKNOWN} for finding in self.findings)


def examine(platform: Platform, now: datetime) -> Report:
    """Make every check; one that AWS or a damaged table refuses becomes a finding, and the others are made.

    Raises:
        botocore.exceptions.ClientError, BotoCoreError: the credentials are of no use, or AWS cannot be reached.
    """
    examined = Examination(platform, now)
    return Report(platform.names.env, tuple(finding for check in CHECKS for finding in _made(check, examined)))


def _made(check: Check, examined: Examination) -> Iterator[Finding]:
    try:
        yield from check.look(examined)
    except TableError as error:
        yield Finding(check.name, ATTENTION, "a table cannot be read", str(error))
    except ClientError as error:
        if not is_local(error) and not is_absence(error):
            raise
        told = explained(error, examined.env, examined.platform.environment.provider.region)
        yield Finding(check.name, ATTENTION if is_absence(error) else UNKNOWN, told.message, told.remedy)
