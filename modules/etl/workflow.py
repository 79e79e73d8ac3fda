"""What starts the job where Spark is the engine: Glue workflow and triggers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from envs.naming import Names
from envs.schema import GlueSettings
from modules.account import Account
from modules.etl.arrival import Arrival, ArrivalTarget
from modules.policies import Statement, trust
from modules.roles import ServiceRoleProps, add_service_role
from modules.tags import ETL, ResourceType
from modules.terraform import (
    Construct,
    GlueCrawler,
    GlueJob,
    GlueTrigger,
    GlueTriggerActions,
    GlueTriggerEventBatchingCondition,
    GlueTriggerPredicate,
    GlueTriggerPredicateConditions,
    GlueWorkflow,
    IamRole,
    TerraformResource,
)

#: Workflow runs may overlap: it is the job that runs once at a time and queues the rest, so that no event is refused.
_WORKFLOW_RUNS = 10


@dataclass(frozen=True, kw_only=True)
class JobWorkflowProps:
    """What starts the job, and the crawler where it follows."""

    names: Names
    account: Account
    settings: GlueSettings
    arrival: Arrival
    job: GlueJob
    crawler: GlueCrawler | None


class JobWorkflow(Construct):
    """The workflow with its triggers; ``workflow`` is the resource, ``starters`` what an arrival needs."""

    def __init__(self, scope: Construct, construct_id: str, props: JobWorkflowProps) -> None:
        super().__init__(scope, construct_id)
        self._props = props
        self.workflow = self._make_workflow()
        trigger = self._start_job_on_arrival()
        if props.crawler is not None:
            self._start_on_success(props.crawler)
        target = props.arrival.deliver_to(
            ArrivalTarget(address="workflow", arn=self.workflow.arn, role_arn=self._make_events_role().arn)
        )
        self.starters: Sequence[TerraformResource] = [trigger, target]

    def _make_workflow(self) -> GlueWorkflow:
        return GlueWorkflow(
            self,
            "aws_glue_workflow.etl",
            name=self._props.names.workflow,
            description="A committed run, or a contract with other columns, starts the Spark job",
            max_concurrent_runs=_WORKFLOW_RUNS,
            tags=ETL.tags(ResourceType.ORCHESTRATION),
        )

    def _start_job_on_arrival(self) -> GlueTrigger:
        props = self._props
        return GlueTrigger(
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

    def _start_on_success(self, crawler: GlueCrawler) -> None:
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
            actions=[GlueTriggerActions(crawler_name=crawler.name)],
            tags=ETL.tags(ResourceType.ORCHESTRATION),
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
                trust_policy=trust("events.amazonaws.com", props.account.id, props.arrival.rule.arn),
                permissions=[notify],
                component=ETL,
            ),
        ).role
