"""The roles of a synthesized stack: their policies, with each token replaced by what it stands for."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, Final

#: As the emulator has them.
ACCOUNT: Final = "000000000000"
REGION: Final = "us-east-1"

_TOKEN: Final = re.compile(r"\$\{([^}]+)\}")
_CALLER: Final = {
    "data.aws_caller_identity.current.account_id": ACCOUNT,
    "data.aws_partition.current.partition": "aws",
}
#: Each type's argument that names a resource, and how its ARN goes on from there.
_ARNS: Final = {
    "aws_s3_bucket": ("bucket", "arn:aws:s3:::{}"),
    "aws_sns_topic": ("name", f"arn:aws:sns:{REGION}:{ACCOUNT}:{{}}"),
    "aws_sqs_queue": ("name", f"arn:aws:sqs:{REGION}:{ACCOUNT}:{{}}"),
    "aws_lambda_function": ("function_name", f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{{}}"),
    "aws_cloudwatch_log_group": ("name", f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{{}}"),
    "aws_cloudwatch_event_rule": ("name", f"arn:aws:events:{REGION}:{ACCOUNT}:rule/{{}}"),
    "aws_glue_crawler": ("name", f"arn:aws:glue:{REGION}:{ACCOUNT}:crawler/{{}}"),
    "aws_glue_job": ("name", f"arn:aws:glue:{REGION}:{ACCOUNT}:job/{{}}"),
    "aws_glue_workflow": ("name", f"arn:aws:glue:{REGION}:{ACCOUNT}:workflow/{{}}"),
}
#: The key has no name but its alias, by which ETL-2's stack finds it.
KEY_ARN: Final = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/data"
_KEYS: Final = frozenset(("aws_kms_key", "aws_kms_alias", "data.aws_kms_alias", "data.aws_kms_key"))

Document = Mapping[str, Any]


@dataclass(frozen=True)
class Grant:
    """The smallest thing that can be taken from a role: one action, one resource, and one value for each condition."""

    sid: str
    action: str
    resource: str
    condition: str

    def statement(self) -> dict[str, Any]:
        """Return a statement that grants just this."""
        return {
            "Effect": "Allow",
            "Action": self.action,
            "Resource": self.resource,
            "Condition": json.loads(self.condition),
        }


@dataclass(frozen=True)
class Role:
    """A role of a stack, by the last part of its Terraform address, with all that it is granted."""

    stack: str
    address: str
    name: str
    grants: tuple[Grant, ...]

    @property
    def env(self) -> str:
        """The environment that the role is of."""
        return self.name.split("-")[1]

    @property
    def generic_name(self) -> str:
        """The role's name with ``{env}`` for the environment."""
        return self.name.replace(f"cat-{self.env}-", "cat-{env}-", 1)

    def without(self, *grants: Grant) -> Role:
        """Return the role without these grants."""
        return replace(self, grants=tuple(grant for grant in self.grants if grant not in grants))

    def and_also(self, grant: Grant) -> Role:
        """Return the role with one grant more."""
        return replace(self, grants=(*self.grants, grant))


def roles_of(stack: str, document: Document) -> list[Role]:
    """Return the roles of a stack's Terraform document."""
    resources = document["resource"]
    policies = resources.get("aws_iam_role_policy", {})
    return [
        Role(stack, address, role["name"], tuple(_grants(resolved(policies[address]["policy"], document))))
        for address, role in resources.get("aws_iam_role", {}).items()
    ]


def _grants(policy: str) -> Iterator[Grant]:
    for statement in json.loads(policy)["Statement"]:
        for action, resource in product(statement["Action"], statement["Resource"]):
            for condition in _single_conditions(statement.get("Condition", {})):
                yield Grant(statement["Sid"], action, resource, json.dumps(condition, sort_keys=True))


def _single_conditions(condition: Mapping[str, Mapping[str, Any]]) -> Iterator[dict[str, dict[str, str]]]:
    """Yield a condition for each choice among its values, for a request needs to meet one of them only."""
    keys = [(operator, key, values) for operator, tested in condition.items() for key, values in tested.items()]
    for chosen in product(*(values if isinstance(values, list) else [values] for _, _, values in keys)):
        single: dict[str, dict[str, str]] = {}
        for (operator, key, _), value in zip(keys, chosen, strict=True):
            single.setdefault(operator, {})[key] = value
        yield single


def resolved(text: str, document: Document) -> str:
    """Return a text in which each token is replaced by the ARN or the name that Terraform would put there.

    Raises:
        KeyError: a token of a kind that no policy had so far.
    """
    return _TOKEN.sub(lambda match: _value(match[1], document), text)


def _value(token: str, document: Document) -> str:
    if token in _CALLER:
        return _CALLER[token]
    address, _, attribute = token.rpartition(".")
    kind, _, name = address.rpartition(".")
    if kind in _KEYS:
        return KEY_ARN
    found = document["data" if kind.startswith("data.") else "resource"][kind.removeprefix("data.")][name]
    if attribute != "arn":
        return str(found[attribute])
    argument, arn = _ARNS[kind.removeprefix("data.")]
    return arn.format(resolved(found[argument], document))
