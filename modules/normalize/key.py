"""The environment's own KMS key, made only where the configuration asks for it; roles use it by their own policies."""

from __future__ import annotations

from dataclasses import dataclass

from envs.naming import Names
from modules.account import Account
from modules.encryption import DATA_KEY_ACTIONS, OwnKey
from modules.normalize.budget import budget_publishes
from modules.policies import Conditions, Statement, policy, this_account
from modules.tags import NORMALIZE, ResourceType
from modules.terraform import Construct, KmsAlias, KmsKey, TerraformResourceLifecycle

#: What CloudWatch Logs needs, as its user guide has it ("Encrypt log data in CloudWatch Logs").
_LOGS_ACTIONS = ("kms:Decrypt*", "kms:Describe*", "kms:Encrypt*", "kms:GenerateDataKey*", "kms:ReEncrypt*")
_RULES = ["events.amazonaws.com"]


@dataclass(frozen=True, kw_only=True)
class EncryptionKeyProps:
    """What the key needs. It may not be destroyed while what it encrypts is ``deletion_guarded``."""

    names: Names
    account: Account
    deletion_window: int
    deletion_guarded: bool
    has_budget: bool
    has_chat: bool


class EncryptionKey(Construct):
    """The key with its alias; ``own_key`` is how others name it."""

    def __init__(self, scope: Construct, construct_id: str, props: EncryptionKeyProps) -> None:
        super().__init__(scope, construct_id)
        key = KmsKey(
            self,
            "aws_kms_key.data",
            description=f"Encrypts what the CAT platform keeps in {props.names.env}",
            policy=policy(*_statements(props)),
            enable_key_rotation=True,
            deletion_window_in_days=props.deletion_window,
            lifecycle=TerraformResourceLifecycle(prevent_destroy=props.deletion_guarded),
            tags=NORMALIZE.tags(ResourceType.SECURITY),
        )
        KmsAlias(self, "aws_kms_alias.data", name=props.names.key_alias, target_key_id=key.key_id)
        self.own_key = OwnKey(key.arn, props.account)


def _statements(props: EncryptionKeyProps) -> list[Statement]:
    names, account = props.names, props.account
    topics = [names.alerts_topic, *([names.chat_topic] if props.has_chat else [])]
    # Of Glue's groups: those of jobs and crawlers with our security configurations, whose names are in the groups'.
    log_groups = [
        *(names.normalize_log_group, names.etl_log_group),
        *(f"/aws-glue/*{name}*" for name in (names.normalize_glue_security, names.etl_glue_security)),
    ]
    return [
        # Without it nobody could ever change the key again; and by it the roles' own policies count.
        Statement(sid="AccountAdministers", actions=["kms:*"], accounts=[account.root_arn], resources=["*"]),
        Statement(
            sid="LogsAreEncrypted",
            actions=_LOGS_ACTIONS,
            services=[f"logs.{account.region}.amazonaws.com"],
            resources=["*"],
            conditions={
                "ArnLike": {
                    "kms:EncryptionContext:aws:logs:arn": [
                        account.arn("logs", f"log-group:{name}") for name in log_groups
                    ]
                }
            },
        ),
        # Alarms and rules publish as themselves. SNS's guide, "Managing Amazon SNS encryption keys and costs": a rule's
        # use of the key carries no account to ask for. What is encrypted shows in the context that SNS and SQS give.
        Statement(
            sid="AlarmsPublish",
            actions=DATA_KEY_ACTIONS,
            services=["cloudwatch.amazonaws.com"],
            resources=["*"],
            conditions=this_account(account.id),
        ),
        Statement(
            sid="RulesPublish",
            actions=DATA_KEY_ACTIONS,
            services=_RULES,
            resources=["*"],
            conditions=_encrypting("sns:topicArn", [account.arn("sns", name) for name in topics]),
        ),
        Statement(
            sid="RulesKeepUndelivered",
            actions=DATA_KEY_ACTIONS,
            services=_RULES,
            resources=["*"],
            conditions=_encrypting(
                "sqs:arn", [account.arn("sqs", name) for name in (names.alerts_dead_letters, names.etl_dead_letters)]
            ),
        ),
        *([budget_publishes(account, DATA_KEY_ACTIONS, "*")] if props.has_budget else []),
    ]


def _encrypting(context: str, arns: list[str]) -> Conditions:
    return {"StringEquals": {f"kms:EncryptionContext:aws:{context}": arns}}
