"""Where Glue's jobs and crawlers write their logs.

Glue makes what it does not find, for ever. Groups that bear no name of ours are shared by all jobs of an account, so
that no stack can own them: a stack that declared one would fail where it exists, and delete it for everyone.

Names: https://docs.aws.amazon.com/glue/latest/dg/monitor-continuous-logging.html (Glue 5.0 and later).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

_SHARED = "/aws-glue/jobs"


@dataclass(frozen=True)
class JobLogs:
    """``groups`` are a job's own, by what is in them, and ``arguments`` have Glue write there.

    ``output`` is the group of what the script writes to its standard output.
    """

    arguments: Mapping[str, str]
    groups: Mapping[str, str]
    output: str

    @classmethod
    def of(cls, own_name: str, role_name: str, security: str | None) -> JobLogs:
        """Return the logs of a job, its own groups beginning with ``own_name``.

        Groups are encrypted as a whole, so the name of the ``security`` configuration, if any, is in those of its jobs.
        """
        if security:
            groups = _by_stream(f"{_SHARED}/{security}-role/{role_name}")
            return cls({}, groups, groups["output"])
        groups = _by_stream(own_name)
        return cls({"--custom-logGroup-prefix": own_name}, groups, groups["output"])


def _by_stream(prefix: str) -> dict[str, str]:
    return {stream: f"{prefix}/{stream}" for stream in ("error", "output")}


def crawler_log_group(role_name: str, security: str | None) -> str | None:
    """Return the group of a crawler's log, None where it is that of all crawlers of the account."""
    return f"/aws-glue/crawlers-role/{role_name}-{security}" if security else None
