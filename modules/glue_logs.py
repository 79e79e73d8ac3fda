"""The log groups of Glue's jobs and crawlers that a stack declares, with a retention."""

from __future__ import annotations

from dataclasses import dataclass

from modules.encryption import GlueSecurity
from modules.tags import Component, ResourceType
from modules.terraform import CloudwatchLogGroup, Construct


@dataclass(frozen=True, kw_only=True)
class LogGroupProps:
    """What a log group needs. ``address`` is the last part of its Terraform address, ``retention`` in days."""

    address: str
    name: str
    retention: int
    security: GlueSecurity | None
    component: Component


def add_log_group(scope: Construct, props: LogGroupProps) -> CloudwatchLogGroup:
    """Add a log group to ``scope``, encrypted as the security configuration says, if there is one."""
    return CloudwatchLogGroup(
        scope,
        f"aws_cloudwatch_log_group.{props.address}",
        name=props.name,
        retention_in_days=props.retention,
        kms_key_id=props.security.key.arn if props.security else None,
        tags=props.component.tags(ResourceType.MONITORING),
    )
