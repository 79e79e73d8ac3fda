"""Synthesized stacks as a picture needs them: resources under their physical names, references followed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

#: The arguments that hold a resource's physical name.
_NAMES: Final = ("function_name", "bucket", "name")
_REFERENCE: Final = re.compile(r"\$\{(?P<data>data\.)?(?P<type>aws_\w+)\.(?P<name>\w+)\.")


@dataclass(frozen=True)
class Resource:
    """A resource or data source of a stack: its Terraform type, its arguments, and the stack to look others up in."""

    type: str
    arguments: Mapping[str, Any]
    stack: Stack

    @property
    def name(self) -> str:
        """The physical name, which both stacks know the same thing by."""
        return next(str(self.arguments[argument]) for argument in _NAMES if argument in self.arguments)

    def referred(self, value: object) -> list[Resource]:
        """Return the resources that ``value``, one of the arguments, refers to, in order."""
        return [self.stack.find(found) for found in _REFERENCE.finditer(json.dumps(value))]

    def one(self, value: object) -> Resource:
        """Return the first resource that ``value`` refers to.

        Raises:
            ValueError: it refers to none.
        """
        for resource in self.referred(value):
            return resource
        message = f"{self.type} {self.arguments.get('name', '')}: {value!r} refers to no resource"
        raise ValueError(message)


@dataclass(frozen=True)
class Stack:
    """One stack's synthesized Terraform JSON."""

    name: str
    document: Mapping[str, Any]

    def of_type(self, type_name: str) -> Iterator[Resource]:
        """Yield the stack's resources of one type."""
        for arguments in self.document["resource"].get(type_name, {}).values():
            yield Resource(type_name, arguments, self)

    def find(self, reference: re.Match[str]) -> Resource:
        """Return what a reference in this stack means."""
        block = self.document["data" if reference["data"] else "resource"]
        return Resource(reference["type"], block[reference["type"]][reference["name"]], self)


@dataclass(frozen=True)
class Permission:
    """A statement of a role's policy, of whoever has the role; ``equals`` are its conditions on equal texts."""

    holder: Resource
    actions: frozenset[str]
    resources: tuple[str, ...]
    equals: Mapping[str, str]


def permissions(stack: Stack) -> Iterator[Permission]:
    """Yield what the stack's functions, jobs and crawlers may do."""
    holders: dict[str, Resource] = {}
    for type_name, argument in (
        ("aws_lambda_function", "role"),
        ("aws_glue_job", "role_arn"),
        ("aws_glue_crawler", "role"),
    ):
        for holder in stack.of_type(type_name):
            holders[holder.one(holder.arguments[argument]).name] = holder
    for policy in stack.of_type("aws_iam_role_policy"):
        role = policy.one(policy.arguments["role"]).name
        if role in holders:
            for statement in json.loads(policy.arguments["policy"])["Statement"]:
                equals = statement.get("Condition", {}).get("StringEquals", {})
                yield Permission(holders[role], frozenset(statement["Action"]), tuple(statement["Resource"]), equals)
