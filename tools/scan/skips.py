"""Every finding of a scanner that this platform lives with, and why. Nothing else is left out of a scan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Skip:
    """One of checkov's checks, on the resources of these names (the last part of their addresses).

    A skip that ``ends_with_own_key`` does not count where ``encryption.customer_managed_key`` is set.
    """

    check: str
    on: tuple[str, ...]
    what: str
    why: str
    ends_with_own_key: bool = False


def _until_own_key(check: str, on: tuple[str, ...], what: str, why: str) -> Skip:
    return Skip(check, on, what, why, ends_with_own_key=True)


_FUNCTIONS: Final = ("normalize", "parquet")
_JOB_LOGS: Final = ("job_error", "job_output")

SKIPS: Final = (
    Skip(
        *("CKV_AWS_18", ("reports",), "access log of the bucket"),
        "CloudTrail's data events record reads, for all buckets as the account decides; this log is best effort.",
    ),
    Skip(
        *("CKV_AWS_50", _FUNCTIONS, "X-Ray tracing"),
        "A run is one function, which calls no other: its log and metrics have all there is to trace.",
    ),
    Skip(
        *("CKV_AWS_115", ("normalize",), "reserved concurrency"),
        "Started once a day, while the reserve is taken all day from a quota that young accounts have little of.",
    ),
    Skip(
        *("CKV_AWS_116", _FUNCTIONS, "dead-letter queue of the function"),
        "The newer on-failure destination tells the alerts' topic, with the event and with the error.",
    ),
    Skip(
        *("CKV_AWS_117", _FUNCTIONS, "function in a VPC"),
        "Calls AWS's own endpoints only, by TLS and as its role; there is nothing in a VPC to reach or to keep from.",
    ),
    Skip(
        *("CKV_AWS_144", ("reports",), "copy of the bucket in another region"),
        "Versions are kept, and the source table is elsewhere; leaving the region is for the owner to say.",
    ),
    Skip(
        *("CKV_AWS_272", _FUNCTIONS, "signed code"),
        "Who deploys builds the archives, and plans show their hashes: a signature by the same hand adds nothing.",
    ),
    Skip(
        *("CKV_AWS_338", (*_FUNCTIONS, *_JOB_LOGS, "crawler"), "logs kept for a year"),
        "A setting, log_retention. What was done is kept longer, in the tables runs and data_quality.",
    ),
    # Not with encryption.customer_managed_key (docs/adr/0017).
    _until_own_key(
        *("CKV_AWS_26", ("alerts",), "topic with a KMS key"),
        "Messages name failures and hold no data; with AWS's key for topics, alarms and rules could not publish.",
    ),
    _until_own_key("CKV_AWS_145", ("reports",), "bucket with a KMS key", "Encrypted with S3's own keys."),
    _until_own_key(
        *("CKV_AWS_158", (*_FUNCTIONS, *_JOB_LOGS), "log group with a KMS key"),
        "Encrypted with the service's own key.",
    ),
    _until_own_key(
        *("CKV_AWS_173", _FUNCTIONS, "function's variables with a KMS key"),
        "Encrypted with the service's own key; they hold names and numbers, and no secret.",
    ),
    _until_own_key(
        *("CKV_AWS_195", ("curated", *_FUNCTIONS), "Glue's security configuration"),
        "Logs are encrypted with the service's own key, files as the bucket has it.",
    ),
    _until_own_key(
        *("CKV_AWS_297", ("daily",), "schedule with a KMS key"),
        "Encrypted with the service's own key; all it holds is a function's name and a time.",
    ),
)

#: Known vulnerabilities of pinned packages, by their ids (PYSEC-…, GHSA-…), each with why it does no harm here.
ACCEPTED: Final[Mapping[str, str]] = {}
