"""From an arriving run to a fresh catalog: EventBridge rule, Glue workflow, triggers; and the crawler's failures."""

from __future__ import annotations

import json
from dataclasses import dataclass

from envs.schema import GlueSettings
from modules.account import Account
from modules.contract.layout import CLEAN_SUFFIX, commit_marker_prefix
from modules.dead_letters import DeadLetters, DeadLettersProps
from modules.failures import FailureRuleProps, add_failure_rule
from modules.naming import Names
from modules.policies import Statement, policy, trust
from modules.roles import ServiceRoleProps, add_service_role
from modules.tags import ETL, ResourceType
from modules.terraform import (
    CloudwatchEventRule,
    CloudwatchEventTarget,
    CloudwatchEventTargetDeadLetterConfig,
    CloudwatchEventTargetRetryPolicy,
    Construct,
    DataAwsS3Bucket,
    DataAwsSnsTopic,
    GlueCrawler,
    GlueJob,
    GlueTrigger,
    GlueTriggerActions,
    GlueTriggerEventBatchingCondition,
    GlueTriggerPredicate,
    GlueTriggerPredicateConditions,
    GlueWorkflow,
    IamRole,
    SqsQueuePolicy,
)

#: EventBridge's own defaults, written down: 24 hours, 185 tries.
_LONGEST_EVENT_AGE = 24 * 3600
_RETRIES = 185
#: Workflow runs may overlap: it is the job that runs once at a time and queues the rest, so that no event is refused.
_WORKFLOW_RUNS = 10


@dataclass(frozen=True, kw_only=True)
class OrchestrationProps:
    """What starts and follows the job: the bucket whose events count, job, crawler, and the failures' topic."""

    names: Names
    account: Account
    settings: GlueSettings
    bucket: DataAwsS3Bucket
    clean_prefix: str
    job: GlueJob
    crawler: GlueCrawler
    alerts: DataAwsSnsTopic


class Orchestration(Construct):
    """The workflow and its rules; ``workflow``, ``arrival_rule`` and ``dead_letters`` are the resources."""

    def __init__(self, scope: Construct, construct_id: str, props: OrchestrationProps) -> None:
        super().__init__(scope, construct_id)
        self._props = props
        self.dead_letters = DeadLetters(
            self,
            "dead_letters",
            DeadLettersProps(
                queue_name=props.names.etl_dead_letters,
                alarm_name=props.names.etl_dead_letters_alarm,
                component=ETL,
                topic_arn=props.alerts.arn,
            ),
        ).queue
        self.workflow = self._make_workflow()
        self._start_job_on_arrival()
        self._start_crawler_on_success()
        self.arrival_rule = self._make_arrival_rule()
        self._deliver_to_workflow()
        self._report_crawler_failures()

    def _make_workflow(self) -> GlueWorkflow:
        return GlueWorkflow(
            self,
            "aws_glue_workflow.etl",
            name=self._props.names.workflow,
            description="A committed run starts the Spark job; its success starts the crawler",
            max_concurrent_runs=_WORKFLOW_RUNS,
            tags=ETL.tags(ResourceType.ORCHESTRATION),
        )

    def _start_job_on_arrival(self) -> None:
        props = self._props
        GlueTrigger(
            self,
            "aws_glue_trigger.on_arrival",
            name=props.names.arrival_trigger,
            description="Starts the Spark job for the runs that arrived within the window",
            workflow_name=self.workflow.name,
            type="EVENT",
            # The provider can start only scheduled and conditional triggers; an EVENT trigger listens in any case.
            enabled=False,
            event_batching_condition=[
                GlueTriggerEventBatchingCondition(
                    batch_size=props.settings.event_batch_size, batch_window=props.settings.event_batch_window
                )
            ],
            actions=[GlueTriggerActions(job_name=props.job.name)],
            tags=ETL.tags(ResourceType.ORCHESTRATION),
        )

    def _start_crawler_on_success(self) -> None:
        props = self._props
        succeeded = GlueTriggerPredicateConditions(
            job_name=props.job.name, state="SUCCEEDED", logical_operator="EQUALS"
        )
        GlueTrigger(
            self,
            "aws_glue_trigger.on_success",
            name=props.names.success_trigger,
            description="Starts the crawler once the Spark job has succeeded",
            workflow_name=self.workflow.name,
            type="CONDITIONAL",
            enabled=True,
            predicate=GlueTriggerPredicate(conditions=[succeeded], logical="AND"),
            actions=[GlueTriggerActions(crawler_name=props.crawler.name)],
            tags=ETL.tags(ResourceType.ORCHESTRATION),
        )

    def _make_arrival_rule(self) -> CloudwatchEventRule:
        props = self._props
        arrived = {"wildcard": f"{commit_marker_prefix(props.clean_prefix)}*{CLEAN_SUFFIX}"}
        pattern = {
            "source": ["aws.s3"],
            "detail-type": ["Object Created"],
            "detail": {"bucket": {"name": [props.bucket.bucket]}, "object": {"key": [arrived]}},
        }
        return CloudwatchEventRule(
            self,
            "aws_cloudwatch_event_rule.run_arrived",
            name=props.names.arrival_rule,
            description="A run has been committed: its last object, conversations, has arrived",
            event_pattern=json.dumps(pattern),
            tags=ETL.tags(ResourceType.ORCHESTRATION),
        )

    def _deliver_to_workflow(self) -> None:
        SqsQueuePolicy(
            self,
            "aws_sqs_queue_policy.dead_letters",
            queue_url=self.dead_letters.url,
            policy=policy(
                Statement(
                    sid="EventBridgeKeepsUndelivered",
                    actions=["sqs:SendMessage"],
                    services=["events.amazonaws.com"],
                    resources=[self.dead_letters.arn],
                    conditions={"ArnEquals": {"aws:SourceArn": self.arrival_rule.arn}},
                )
            ),
        )
        CloudwatchEventTarget(
            self,
            "aws_cloudwatch_event_target.workflow",
            rule=self.arrival_rule.name,
            target_id="workflow",
            arn=self.workflow.arn,
            role_arn=self._make_events_role().arn,
            retry_policy=CloudwatchEventTargetRetryPolicy(
                maximum_event_age_in_seconds=_LONGEST_EVENT_AGE, maximum_retry_attempts=_RETRIES
            ),
            dead_letter_config=CloudwatchEventTargetDeadLetterConfig(arn=self.dead_letters.arn),
        )

    def _make_events_role(self) -> IamRole:
        props = self._props
        notify = Statement(sid="NotifyWorkflow", actions=["glue:NotifyEvent"], resources=[self.workflow.arn])
        return add_service_role(
            self,
            ServiceRoleProps(
                address="events",
                name=props.names.arrival_rule_role,
                description="Lets EventBridge notify the Glue workflow",
                trust_policy=trust("events.amazonaws.com", props.account.id, self.arrival_rule.arn),
                permissions=[notify],
                component=ETL,
            ),
        ).role

    def _report_crawler_failures(self) -> None:
        props = self._props
        add_failure_rule(
            self,
            FailureRuleProps(
                address="crawler_failed",
                name=props.names.crawler_failed_rule,
                description="The crawler failed",
                detail_type="Glue Crawler State Change",
                detail={"crawlerName": [props.crawler.name], "state": ["Failed"]},
                paths={"crawler": "$.detail.crawlerName", "why": "$.detail.errorMessage"},
                template="Glue crawler <crawler> failed. <why> See the runbook, Crawler failed.",
                topic_arn=props.alerts.arn,
                component=ETL,
            ),
        )
