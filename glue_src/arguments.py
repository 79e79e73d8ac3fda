"""The Glue job's arguments, typed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from awsglue.utils import getResolvedOptions

from glue_src.exceptions import ArgumentsError
from modules.contract.settings import JOB_ARGUMENTS, JobArgument

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Arguments:
    """Where the job reads, writes and registers; prefixes end in ``/``."""

    bucket: str
    clean_prefix: str
    curated_prefix: str
    database: str

    def __post_init__(self) -> None:
        for name, prefix in (
            (JobArgument.CLEAN_PREFIX, self.clean_prefix),
            (JobArgument.CURATED_PREFIX, self.curated_prefix),
        ):
            if not prefix.endswith("/"):
                message = f"--{name} is {prefix!r}: a prefix ends in '/'. Write {prefix + '/'!r}."
                raise ArgumentsError(message)


def parse_arguments(argv: Sequence[str]) -> Arguments:
    """Return the arguments that Glue passed to the script (``argv`` as in ``sys.argv``).

    Raises:
        awsglue.utils.GlueArgumentError: an argument is missing.
        ArgumentsError: a prefix has no slash at its end.
    """
    options = getResolvedOptions(list(argv), list(JOB_ARGUMENTS))
    return Arguments(**{name: options[name] for name in JOB_ARGUMENTS})
