"""The account, partition and region that a stack is deployed to, and the ARNs composed from them."""

from __future__ import annotations

from dataclasses import dataclass

from modules.terraform import Construct, DataAwsCallerIdentity, DataAwsPartition


@dataclass(frozen=True)
class Account:
    """Tokens that Terraform fills in; ``region`` is known from the configuration."""

    id: str
    partition: str
    region: str

    @classmethod
    def of(cls, scope: Construct, region: str) -> Account:
        """Return the account of ``scope``'s provider, by data sources added to ``scope``."""
        return cls(
            id=DataAwsCallerIdentity(scope, "aws_caller_identity.current").account_id,
            partition=DataAwsPartition(scope, "aws_partition.current").partition,
            region=region,
        )

    @property
    def root_arn(self) -> str:
        """The principal that stands for the account: whoever its IAM lets."""
        return f"arn:{self.partition}:iam::{self.id}:root"

    def policy_arn(self, name: str) -> str:
        """Return the ARN of this account's own IAM policy of that name."""
        return f"arn:{self.partition}:iam::{self.id}:policy/{name}"

    def role_arn(self, name: str) -> str:
        """Return the ARN of this account's IAM role of that name."""
        return f"arn:{self.partition}:iam::{self.id}:role/{name}"

    def arn(self, service: str, resource: str) -> str:
        """Return the ARN of a regional resource of this account, e.g. ``arn("dynamodb", "table/name")``."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.id}:{resource}"

    def parameter_arn(self, name: str) -> str:
        """Return the ARN of Systems Manager's parameter of that name, which begins with a slash."""
        return self.arn("ssm", f"parameter{name}")
