"""What an environment with a KMS key of its own encrypts with it, and what roles may do with the key (docs/adr/0017).

Everything here is for environments that set ``encryption.customer_managed_key``: where there is no OwnKey, each service
encrypts with a key of its own, and no role needs a permission for that.
"""

from __future__ import annotations

from dataclasses import dataclass

from modules.account import Account
from modules.policies import Statement
from modules.terraform import (
    Construct,
    GlueSecurityConfiguration,
    GlueSecurityConfigurationEncryptionConfiguration,
    GlueSecurityConfigurationEncryptionConfigurationCloudwatchEncryption,
    GlueSecurityConfigurationEncryptionConfigurationJobBookmarksEncryption,
    GlueSecurityConfigurationEncryptionConfigurationS3Encryption,
)

#: Enough to write and read: services take a data key, and have it decrypted.
DATA_KEY_ACTIONS = ("kms:Decrypt", "kms:GenerateDataKey")


@dataclass(frozen=True)
class OwnKey:
    """The environment's key, as the permissions of roles name it."""

    arn: str
    account: Account

    def use_through(self, *services: str) -> Statement:
        """Return the permission to use the key by these services, and not directly."""
        region = self.account.region
        return Statement(
            sid="UseKey",
            actions=DATA_KEY_ACTIONS,
            resources=[self.arn],
            conditions={"StringEquals": {"kms:ViaService": [f"{name}.{region}.amazonaws.com" for name in services]}},
        )

    def read_variables_of(self, function_name: str) -> Statement:
        """Return the permission by which Lambda decrypts a function's variables, as the function's role."""
        return self._decrypt(
            "ReadVariables", "aws:lambda:FunctionArn", self.account.arn("lambda", f"function:{function_name}")
        )

    def read_schedule(self, name: str) -> Statement:
        """Return the permission by which Scheduler decrypts a schedule's input, as the schedule's role."""
        return self._decrypt("ReadSchedule", "aws:scheduler:schedule:arn", self.account.arn("scheduler", name))

    def read_parameter(self, name: str) -> Statement:
        """Return the permission by which Systems Manager decrypts a parameter for whoever asks for it."""
        return self._decrypt("ReadParameter", "PARAMETER_ARN", self.account.parameter_arn(name))

    def _decrypt(self, sid: str, context: str, arn: str) -> Statement:
        # These services call KMS as the role itself; what is decrypted shows in the context that they give.
        return Statement(
            sid=sid,
            actions=["kms:Decrypt"],
            resources=[self.arn],
            conditions={"StringEquals": {f"kms:EncryptionContext:{context}": arn}},
        )


@dataclass(frozen=True)
class GlueSecurity:
    """The security configuration of a stack's jobs and crawlers, and what their roles need with it."""

    name: str
    key: OwnKey

    @classmethod
    def of(cls, scope: Construct, name: str, key: OwnKey) -> GlueSecurity:
        """Return a configuration by which Glue encrypts all that it can with the key, added to ``scope``."""
        made = GlueSecurityConfiguration(
            scope,
            "aws_glue_security_configuration.own_key",
            name=name,
            encryption_configuration=GlueSecurityConfigurationEncryptionConfiguration(
                cloudwatch_encryption=GlueSecurityConfigurationEncryptionConfigurationCloudwatchEncryption(
                    cloudwatch_encryption_mode="SSE-KMS", kms_key_arn=key.arn
                ),
                # No job has bookmarks; if one ever gets them, they are encrypted.
                job_bookmarks_encryption=GlueSecurityConfigurationEncryptionConfigurationJobBookmarksEncryption(
                    job_bookmarks_encryption_mode="CSE-KMS", kms_key_arn=key.arn
                ),
                s3_encryption=GlueSecurityConfigurationEncryptionConfigurationS3Encryption(
                    s3_encryption_mode="SSE-KMS", kms_key_arn=key.arn
                ),
            ),
        )
        return cls(made.name, key)

    def permissions(self, log_groups: str) -> list[Statement]:
        """Return what a role needs to work with the key; ``log_groups`` is the ARN of those that Glue makes as it."""
        return [
            self.key.use_through("s3"),
            Statement(sid="EncryptLogs", actions=["logs:AssociateKmsKey"], resources=[log_groups]),
        ]
