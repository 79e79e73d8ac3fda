"""Roles of services, each with its one inline policy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from modules.policies import Statement, policy
from modules.tags import Component, ResourceType
from modules.terraform import Construct, IamRole, IamRolePolicy


@dataclass(frozen=True, kw_only=True)
class ServiceRoleProps:
    """What a role needs. ``address`` is the last part of both Terraform addresses, and the inline policy's name."""

    address: str
    name: str
    description: str
    trust_policy: str
    permissions: Sequence[Statement]
    component: Component


@dataclass(frozen=True)
class ServiceRole:
    """The role, and the inline policy that whoever needs the permissions at once must wait for."""

    role: IamRole
    permissions: IamRolePolicy


def add_service_role(scope: Construct, props: ServiceRoleProps) -> ServiceRole:
    """Add a role and its inline policy to ``scope``."""
    role = IamRole(
        scope,
        f"aws_iam_role.{props.address}",
        name=props.name,
        description=props.description,
        assume_role_policy=props.trust_policy,
        tags=props.component.tags(ResourceType.SECURITY),
    )
    permissions = IamRolePolicy(
        scope,
        f"aws_iam_role_policy.{props.address}",
        name=props.address,
        role=role.id,
        policy=policy(*props.permissions),
    )
    return ServiceRole(role, permissions)
