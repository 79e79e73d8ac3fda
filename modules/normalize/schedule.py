"""The daily schedule of ETL-1, made only where the configuration enables it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from modules.account import Account
from modules.dead_letters import DeadLetters, DeadLettersProps
from modules.encryption import OwnKey
from modules.naming import Names
from modules.policies import Statement, trust
from modules.roles import ServiceRoleProps, add_service_role
from modules.tags import NORMALIZE
from modules.terraform import (
    Construct,
    IamRole,
    SchedulerSchedule,
    SchedulerScheduleFlexibleTimeWindow,
    SchedulerScheduleTarget,
    SchedulerScheduleTargetDeadLetterConfig,
    SchedulerScheduleTargetRetryPolicy,
    SnsTopic,
)

#: EventBridge Scheduler fills this in: a retry after midnight still belongs to the day that was due.
SCHEDULED_TIME = "<aws.scheduler.scheduled-time>"
_GROUP = "default"
_RETRIES = 10
_LONGEST_EVENT_AGE = 4 * 3600


@dataclass(frozen=True, kw_only=True)
class ScheduleTarget:
    """What a schedule calls, with which input, and the permission that the call takes; ``purpose`` says it in words."""

    arn: str
    input: Mapping[str, object]
    permission: Statement
    purpose: str


@dataclass(frozen=True, kw_only=True)
class DailyScheduleProps:
    """What the schedule needs: when, what to start, where to leave what it cannot deliver, and the key, if any."""

    names: Names
    account: Account
    cron_expression: str
    target: ScheduleTarget
    alerts: SnsTopic
    key: OwnKey | None


class DailySchedule(Construct):
    """The schedule with its role and dead-letter queue; ``schedule`` and ``dead_letters`` are the resources."""

    def __init__(self, scope: Construct, construct_id: str, props: DailyScheduleProps) -> None:
        super().__init__(scope, construct_id)
        self._props = props
        self.dead_letters = DeadLetters(
            self,
            "dead_letters",
            DeadLettersProps(
                queue_name=props.names.normalize_dead_letters,
                alarm_name=props.names.normalize_dead_letters_alarm,
                component=NORMALIZE,
                topic_arn=props.alerts.arn,
                key=props.key,
            ),
        ).queue
        self.schedule = self._make_schedule(self._make_role())

    def _make_role(self) -> IamRole:
        props = self._props
        group = props.account.arn("scheduler", f"schedule-group/{_GROUP}")
        permissions = [
            props.target.permission,
            Statement(sid="KeepUndelivered", actions=["sqs:SendMessage"], resources=[self.dead_letters.arn]),
        ]
        if props.key:
            own = props.key.read_schedule(f"schedule/{_GROUP}/{props.names.schedule}")
            permissions += [props.key.use_through("sqs"), own]
        return add_service_role(
            self,
            ServiceRoleProps(
                address="schedule",
                name=props.names.schedule_role,
                description=f"Lets the daily schedule {props.target.purpose}",
                trust_policy=trust("scheduler.amazonaws.com", props.account.id, group),
                permissions=permissions,
                component=NORMALIZE,
            ),
        ).role

    def _make_schedule(self, role: IamRole) -> SchedulerSchedule:
        props = self._props
        return SchedulerSchedule(
            self,
            "aws_scheduler_schedule.daily",
            name=props.names.schedule,
            description="Starts ETL-1 once a day",
            group_name=_GROUP,
            schedule_expression=props.cron_expression,
            schedule_expression_timezone="UTC",
            state="ENABLED",
            kms_key_arn=props.key.arn if props.key else None,
            flexible_time_window=SchedulerScheduleFlexibleTimeWindow(mode="OFF"),
            target=SchedulerScheduleTarget(
                arn=props.target.arn,
                role_arn=role.arn,
                input=json.dumps(props.target.input),
                retry_policy=SchedulerScheduleTargetRetryPolicy(
                    maximum_retry_attempts=_RETRIES, maximum_event_age_in_seconds=_LONGEST_EVENT_AGE
                ),
                dead_letter_config=SchedulerScheduleTargetDeadLetterConfig(arn=self.dead_letters.arn),
            ),
        )
