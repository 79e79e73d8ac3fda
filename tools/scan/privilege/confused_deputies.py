"""Policies that let a service in: each must say for whom the service may act, or it is anybody's deputy.

https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tools.scan.privilege.roles import ACCOUNT, Document, resolved

#: Of a service's request, what tells on whose behalf it is made.
_ON_BEHALF_OF: Final = ("aws:SourceAccount", "aws:SourceArn", "kms:EncryptionContext:")

#: Services that say nothing of the kind to a type of resource, each with why that does no harm.
WITHOUT_CONDITION: Final[Mapping[tuple[str, str], str]] = {
    ("aws_iam_role", "lambda.amazonaws.com"): (
        "Lambda documents no condition for the trust in an execution role; a role can be given to functions of its own "
        "account only, by who may pass it: https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html"
    ),
    ("aws_sns_topic_policy", "events.amazonaws.com"): (
        "EventBridge supports no condition in a topic's policy, and would publish nothing: what another account's rule "
        "could do, if EventBridge let it, is to send a false alert: "
        "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-sns-permissions"
    ),
}


@dataclass(frozen=True)
class Admission:
    """A statement by which a resource lets services in."""

    resource: str
    services: tuple[str, ...]
    actions: tuple[str, ...]
    conditions: tuple[str, ...]

    @property
    def names_whom_it_serves(self) -> bool:
        """Whether a condition ties the service to this account."""
        return any(
            condition.startswith(_ON_BEHALF_OF) and ACCOUNT in condition.partition(" = ")[2]
            for condition in self.conditions
        )

    @property
    def excuses(self) -> tuple[tuple[str, str], ...]:
        """The keys in WITHOUT_CONDITION that it would take to excuse it: its kind of resource with each service."""
        kind, _, _ = self.resource.partition(".")
        return tuple((kind, service) for service in self.services)

    @property
    def is_excused(self) -> bool:
        """Whether all its services stand in WITHOUT_CONDITION, for that type of resource."""
        return set(self.excuses) <= WITHOUT_CONDITION.keys()


def admissions(document: Document) -> Iterator[Admission]:
    """Yield every statement of a stack that lets a service in, whatever the resource and the argument."""
    for kind, named in document["resource"].items():
        for name, settings in named.items():
            address = f"{kind}.{name}"
            if kind == "aws_lambda_permission":
                yield _of_permission(address, settings, document)
            for statement in _statements(settings, document):
                principal = statement.get("Principal")
                services = principal.get("Service", []) if isinstance(principal, Mapping) else []
                if services:
                    yield Admission(
                        address, _texts(services), _texts(statement["Action"]), _conditions(statement.get("Condition"))
                    )


def open_to_everyone(document: Document) -> list[str]:
    """Return the resources whose policies allow something to every principal."""
    return [
        f"{kind}.{name}"
        for kind, named in document["resource"].items()
        for name, settings in named.items()
        for statement in _statements(settings, document)
        if statement["Effect"] == "Allow" and "*" in _principals(statement.get("Principal", {}))
    ]


def _statements(settings: Mapping[str, Any], document: Document) -> Iterator[Mapping[str, Any]]:
    for value in settings.values():
        if isinstance(value, str) and value.startswith("{") and '"Statement"' in value:
            yield from json.loads(resolved(value, document))["Statement"]


def _of_permission(address: str, settings: Mapping[str, Any], document: Document) -> Admission:
    keys = {"source_arn": "aws:SourceArn", "source_account": "aws:SourceAccount"}
    return Admission(
        address,
        (settings["principal"],),
        (settings["action"],),
        tuple(f"{key} = {resolved(settings[name], document)}" for name, key in keys.items() if name in settings),
    )


def _conditions(condition: Mapping[str, Mapping[str, Any]] | None) -> tuple[str, ...]:
    """Return a line for each condition; each value of a list has to hold the account, or none does."""
    tested = [(key, values) for keys in (condition or {}).values() for key, values in keys.items()]
    return tuple(f"{key} = {value}" for key, values in tested for value in _texts(values))


def _principals(principal: str | Mapping[str, Any]) -> tuple[str, ...]:
    if isinstance(principal, str):
        return (principal,)
    return tuple(name for names in principal.values() for name in _texts(names))


def _texts(value: str | list[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)
