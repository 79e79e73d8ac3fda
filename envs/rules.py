"""Rules for single values of the configuration. Each raises with the value, the rule and the remedy."""

from __future__ import annotations

import re
from collections.abc import Collection

from pydantic import AfterValidator

from contract.nearest import did_you_mean
from contract.source import ContractError
from contract.sources import contract_named
from contract.zones import zone_names
from envs.naming import NameRule

#: So many hours CloudWatch looks back at most, with periods of an hour.
MOST_ALARM_HOURS = 168
#: CloudWatch Logs accepts no other numbers of days (PutRetentionPolicy).
LOG_RETENTION_DAYS = frozenset(
    {1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653}
)
# Hadoop's paths would resolve the folders . and .. away; S3 takes them for names.
_PREFIX = re.compile(r"(?:(?!\.\.?/)[A-Za-z0-9_=.-]+/)+")
_EMAIL = re.compile(r"[^@\s<>,;]+@[^@\s<>,;.]+(?:\.[^@\s<>,;.]+)+")
_KEY_ARN = re.compile(r"arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]+", re.ASCII)
# A list would be out of date with the next region.
_REGION = re.compile(r"[a-z]{2,4}(?:-[a-z]+){1,2}-[0-9]{1,2}")
_ACCOUNT_ID = re.compile(r"\d{12}", re.ASCII)

# As the subjects of GitHub's tokens have it: by names, or by names and numbers.
_OWNER, _NAME = r"[A-Za-z0-9][A-Za-z0-9_-]{0,38}", r"[A-Za-z0-9._-]{1,100}"
_REPOSITORY = re.compile(rf"{_OWNER}/{_NAME}|{_OWNER}@\d+/{_NAME}@\d+", re.ASCII)


def between(lowest: float, highest: float, remedy: str) -> AfterValidator:
    """A number from ``lowest`` to ``highest``, both allowed."""

    def check(value: float) -> float:
        if not lowest <= value <= highest:
            message = f"must be from {lowest} to {highest}; {remedy}"
            raise ValueError(message)
        return value

    return AfterValidator(check)


def one_of(choices: Collection[object], remedy: str) -> AfterValidator:
    """A value out of ``choices``."""

    def check(value: object) -> object:
        if value not in choices:
            listed = ", ".join(
                str(choice) for choice in sorted(choices, key=lambda choice: (len(str(choice)), str(choice)))
            )
            message = f"must be one of {listed}; {remedy}{did_you_mean(value, choices)}"
            raise ValueError(message)
        return value

    return AfterValidator(check)


def matching(pattern: re.Pattern[str], rule: str) -> AfterValidator:
    """A text that ``pattern`` matches as a whole; ``rule`` says it in words, with the remedy."""

    def check(value: str) -> str:
        if pattern.fullmatch(value) is None:
            raise ValueError(rule)
        return value

    return AfterValidator(check)


def named_by(rule: NameRule) -> AfterValidator:
    """A name that the service of ``rule`` accepts."""
    return AfterValidator(rule.check)


def _check_time_zone(value: str) -> str:
    if value not in zone_names():
        message = f"must be an IANA time zone; write it as in America/Bogota{did_you_mean(value, zone_names())}"
        raise ValueError(message)
    return value


def _check_contract(value: str) -> str:
    try:
        contract_named(value)
    except ContractError as error:
        # Its own faults, a line each, stand below the setting's.
        raise ValueError(str(error).replace("\n", "\n  ")) from error
    return value


def _check_not_empty(values: tuple[str, ...]) -> tuple[str, ...]:
    # An empty prefix would exclude every item.
    if not values or "" in values:
        message = "must hold at least one text, none of them empty; remove the rule or give it a value"
        raise ValueError(message)
    return values


PREFIX = matching(
    _PREFIX, "must be folders that each end in /, without a leading slash, . or ..; write it as in reports/clean/"
)
EMAIL = matching(_EMAIL, "must be an e-mail address; write it as in data-team@example.org")
REGION = matching(_REGION, "must be the code of an AWS region, not its name or a zone; write it as in us-east-1")
ACCOUNT_ID = matching(_ACCOUNT_ID, "must be an AWS account id of twelve digits; write it in quotes, zeros included")
KEY_ARN = matching(
    _KEY_ARN, "must be the ARN of a KMS key, not of an alias; write it as in arn:aws:kms:<region>:<account>:key/<id>"
)
REPOSITORY = matching(
    _REPOSITORY, "must be a GitHub repository without wildcards; write it as in owner/name or owner@123/name@456"
)
LABEL = matching(
    re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*"), "must be lower-case words joined by hyphens; as in test-users"
)
TIME_ZONE = AfterValidator(_check_time_zone)
#: The name of a contract that is sound.
CONTRACT = AfterValidator(_check_contract)
NOT_EMPTY = AfterValidator(_check_not_empty)
