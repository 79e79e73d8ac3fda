"""The EventBridge rule for what starts ETL-2, and the queue of arrivals that could not be delivered."""

from __future__ import annotations

import json
from dataclasses import dataclass

from contract.layout import CLEAN_SUFFIX, commit_marker_prefix, schema_marker_prefix
from contract.source import SourceContract
from envs.naming import Names
from modules.account import Account
from modules.alarms import AlarmProps, add_alarm
from modules.dead_letters import DeadLetters, DeadLettersProps, kept_for_rules
from modules.encryption import OwnKey
from modules.failures import RULE_IS_ON
from modules.metrics import of_rule
from modules.tags import ETL, ResourceType
from modules.terraform import (
    CloudwatchEventRule,
    CloudwatchEventTarget,
    CloudwatchEventTargetDeadLetterConfig,
    CloudwatchEventTargetRetryPolicy,
    Construct,
    DataAwsS3Bucket,
    DataAwsSnsTopic,
)

#: EventBridge's own defaults, written down: 24 hours, 185 tries.
_LONGEST_EVENT_AGE = 24 * 3600
_RETRIES = 185


@dataclass(frozen=True, kw_only=True)
class ArrivalProps:
    """Which bucket's events count; the failures' topic; and the key, if any."""

    contract: SourceContract
    names: Names
    account: Account
    bucket: DataAwsS3Bucket
    clean_prefix: str
    alerts: DataAwsSnsTopic
    key: OwnKey | None


@dataclass(frozen=True, kw_only=True)
class ArrivalTarget:
    """What an arrival starts. ``address`` is the last part of the target's Terraform address, and its id in the rule.

    ``role_arn`` is for services that EventBridge calls as a role; others allow the rule themselves.
    """

    address: str
    arn: str
    role_arn: str | None = None


class Arrival(Construct):
    """The rule and its queue; ``rule`` and ``dead_letters`` are the resources."""

    def __init__(self, scope: Construct, construct_id: str, props: ArrivalProps) -> None:
        super().__init__(scope, construct_id)
        self.rule = self._make_rule(props)
        self.dead_letters = DeadLetters(
            self,
            "dead_letters",
            DeadLettersProps(
                queue_name=props.names.etl_dead_letters,
                alarm_name=props.names.etl_alarm("dead-letters"),
                runbook="ETL-2 dead letters",
                component=ETL,
                topic=props.alerts,
                key=props.key,
                policy=kept_for_rules(props.account, props.names.etl_dead_letters, self.rule.arn),
            ),
        ).queue
        add_alarm(
            self,
            AlarmProps(
                address="lost_events",
                name=props.names.etl_alarm("lost-events"),
                meaning="EventBridge could neither deliver an arrival nor keep it as a dead letter: data is late.",
                runbook="ETL-2 dead letters",
                metric=of_rule("InvocationsFailedToBeSentToDlq", self.rule.name),
                threshold=1,
                topic=props.alerts,
                component=ETL,
            ),
        )

    def deliver_to(self, target: ArrivalTarget) -> CloudwatchEventTarget:
        """Add a target to the rule, and return it."""
        return CloudwatchEventTarget(
            self,
            f"aws_cloudwatch_event_target.{target.address}",
            rule=self.rule.name,
            target_id=target.address,
            arn=target.arn,
            role_arn=target.role_arn,
            retry_policy=CloudwatchEventTargetRetryPolicy(
                maximum_event_age_in_seconds=_LONGEST_EVENT_AGE, maximum_retry_attempts=_RETRIES
            ),
            dead_letter_config=CloudwatchEventTargetDeadLetterConfig(arn=self.dead_letters.arn),
        )

    def _make_rule(self, props: ArrivalProps) -> CloudwatchEventRule:
        committed = f"{commit_marker_prefix(props.clean_prefix, props.contract)}*{CLEAN_SUFFIX}"
        arrived = [{"wildcard": committed}, {"wildcard": f"{schema_marker_prefix()}*"}]
        pattern = {
            "source": ["aws.s3"],
            "detail-type": ["Object Created"],
            "detail": {"bucket": {"name": [props.bucket.bucket]}, "object": {"key": arrived}},
        }
        return CloudwatchEventRule(
            self,
            "aws_cloudwatch_event_rule.run_arrived",
            name=props.names.arrival_rule,
            description=(
                f"A run has been committed: its last object, {props.contract.last_dataset.name}, has arrived; "
                "or the contract's columns have changed"
            ),
            event_pattern=json.dumps(pattern),
            state=RULE_IS_ON,
            tags=ETL.tags(ResourceType.ORCHESTRATION),
        )
