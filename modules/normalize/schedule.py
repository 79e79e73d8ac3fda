"""The daily schedule of ETL-1, made only where the configuration enables it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from contract.metrics import RunMetric
from envs.naming import Names
from modules.account import Account
from modules.alarms import AlarmProps, FreshnessProps, add_alarm, add_freshness_alarm
from modules.dead_letters import DeadLetters, DeadLettersProps
from modules.encryption import OwnKey
from modules.metrics import NORMALIZE_NAMESPACE, of_runs, of_schedules
from modules.policies import Statement, trust
from modules.roles import ServiceRoleProps, add_service_role
from modules.tags import NORMALIZE, ResourceType
from modules.terraform import (
    Construct,
    IamRole,
    SchedulerSchedule,
    SchedulerScheduleFlexibleTimeWindow,
    SchedulerScheduleGroup,
    SchedulerScheduleTarget,
    SchedulerScheduleTargetDeadLetterConfig,
    SchedulerScheduleTargetRetryPolicy,
    SnsTopic,
)

#: EventBridge Scheduler fills this in, in UTC whatever the schedule's zone: a retry after midnight still belongs to the
#: day that was due.
SCHEDULED_TIME = "<aws.scheduler.scheduled-time>"
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
    """What the schedule needs: when, what to start, whom to tell of what went wrong, and the key, if any.

    ``freshness_hours`` is how long it may be without a published run.
    """

    names: Names
    account: Account
    cron_expression: str
    time_zone: str
    target: ScheduleTarget
    freshness_hours: int
    alerts: SnsTopic
    key: OwnKey | None


class DailySchedule(Construct):
    """The schedule with its role, dead-letter queue and alarms; ``schedule`` and ``dead_letters`` are the resources.

    It has a group of its own, for Scheduler's metrics are those of a group.
    """

    def __init__(self, scope: Construct, construct_id: str, props: DailyScheduleProps) -> None:
        super().__init__(scope, construct_id)
        self._props = props
        self.dead_letters = DeadLetters(
            self,
            "dead_letters",
            DeadLettersProps(
                queue_name=props.names.normalize_dead_letters,
                alarm_name=props.names.normalize_alarm("dead-letters"),
                runbook="Normalize dead letters",
                component=NORMALIZE,
                topic=props.alerts,
                key=props.key,
            ),
        ).queue
        self._group = SchedulerScheduleGroup(
            self,
            "aws_scheduler_schedule_group.normalize",
            name=props.names.schedule_group,
            tags=NORMALIZE.tags(ResourceType.ORCHESTRATION),
        )
        self.schedule = self._make_schedule(self._make_role())
        self._add_alarms()
        self._add_freshness_alarm()

    def _make_role(self) -> IamRole:
        props = self._props
        group = props.account.arn("scheduler", f"schedule-group/{props.names.schedule_group}")
        permissions = [
            props.target.permission,
            Statement(sid="KeepUndelivered", actions=["sqs:SendMessage"], resources=[self.dead_letters.arn]),
        ]
        if props.key:
            own = props.key.read_schedule(f"schedule/{props.names.schedule_group}/{props.names.schedule}")
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
            description="Starts ETL-1, which reads the whole source table and publishes a run",
            group_name=self._group.name,
            schedule_expression=props.cron_expression,
            schedule_expression_timezone=props.time_zone,
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

    def _add_alarms(self) -> None:
        props = self._props
        # An invocation that is given up lies in the queue, whose alarm tells of it: Scheduler's own count of those,
        # InvocationDroppedCount, would tell it twice.
        for address, about, metric, meaning in (
            (
                "schedule_errors",
                "schedule-errors",
                "TargetErrorCount",
                "The schedule could not start ETL-1. It tries again for hours.",
            ),
            (
                "lost_schedules",
                "lost-schedules",
                "InvocationsFailedToBeSentToDeadLetterCount",
                "Scheduler could neither start ETL-1 nor keep that as a dead letter.",
            ),
        ):
            add_alarm(
                self,
                AlarmProps(
                    address=address,
                    name=props.names.normalize_alarm(about),
                    meaning=meaning,
                    runbook="Normalize dead letters",
                    metric=of_schedules(metric, self._group.name),
                    threshold=1,
                    topic=props.alerts,
                    component=NORMALIZE,
                ),
            )

    def _add_freshness_alarm(self) -> None:
        props = self._props
        add_freshness_alarm(
            self,
            FreshnessProps(
                name=props.names.normalize_alarm("freshness"),
                meaning=f"ETL-1 has published no run for {props.freshness_hours} hours: data is late.",
                metric=of_runs(NORMALIZE_NAMESPACE, RunMetric.RUN_SUCCEEDED, props.names.env),
                hours=props.freshness_hours,
                topic=props.alerts,
                component=NORMALIZE,
            ),
        )
