"""IAM and resource policies as values, written as JSON with a stable order."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

_VERSION = "2012-10-17"

#: Condition operator → condition key → value, as IAM writes it.
Conditions = Mapping[str, Mapping[str, str | Sequence[str]]]


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One statement.

    ``services``, ``accounts``, ``federated`` and ``everyone`` name the principals of resource and trust policies.
    """

    sid: str
    actions: Sequence[str]
    resources: Sequence[str] = ()
    #: IAM's NotResource: the statement is about all others.
    other_resources_than: Sequence[str] = ()
    services: Sequence[str] = ()
    accounts: Sequence[str] = ()
    federated: Sequence[str] = ()
    everyone: bool = False
    effect: str = "Allow"
    conditions: Conditions = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """Return the statement as IAM's JSON has it."""
        written: dict[str, Any] = {"Sid": self.sid, "Effect": self.effect, "Action": sorted(self.actions)}
        if self.services:
            written["Principal"] = {"Service": sorted(self.services)}
        if self.accounts:
            written["Principal"] = {"AWS": sorted(self.accounts)}
        if self.federated:
            written["Principal"] = {"Federated": sorted(self.federated)}
        if self.everyone:
            written["Principal"] = "*"
        if self.resources:
            written["Resource"] = list(self.resources)
        if self.other_resources_than:
            written["NotResource"] = list(self.other_resources_than)
        if self.conditions:
            written["Condition"] = {operator: dict(keys) for operator, keys in self.conditions.items()}
        return written


def policy(*statements: Statement) -> str:
    """Return the policy of these statements as JSON text."""
    return json.dumps({"Version": _VERSION, "Statement": [statement.document() for statement in statements]})


def this_account(account_id: str) -> dict[str, dict[str, str]]:
    """Return the conditions by which a service acts for this account only, and is no other's confused deputy."""
    return {"StringEquals": {"aws:SourceAccount": account_id}}


def trust(service: str, account_id: str, source_arn: str | None = None) -> str:
    """Return a trust policy for one service, which may act for ``account_id`` only, and ``source_arn`` where given."""
    conditions = this_account(account_id)
    if source_arn is not None:
        conditions["ArnLike"] = {"aws:SourceArn": source_arn}
    return policy(
        Statement(sid="AssumedByService", actions=["sts:AssumeRole"], services=[service], conditions=conditions)
    )


def tls_only(bucket_arn: str) -> Statement:
    """Return the bucket policy statement that refuses every request without TLS."""
    return Statement(
        sid="RefusePlainHttp",
        effect="Deny",
        everyone=True,
        actions=["s3:*"],
        resources=[bucket_arn, f"{bucket_arn}/*"],
        conditions={"Bool": {"aws:SecureTransport": "false"}},
    )
