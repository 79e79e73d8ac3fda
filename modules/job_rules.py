"""What Glue announces of a job's runs that somebody has to know: they did not succeed, or they take long.

https://docs.aws.amazon.com/glue/latest/dg/automating-awsglue-with-cloudwatch-events.html
"""

from __future__ import annotations

from dataclasses import dataclass

from modules.failures import AlertTarget, FailureRuleProps, add_failure_rule
from modules.tags import Component
from modules.terraform import Construct, GlueJob

#: The states in which a run ends (JobRunState), but for SUCCEEDED.
_NOT_SUCCEEDED = ("ERROR", "EXPIRED", "FAILED", "STOPPED", "TIMEOUT")


@dataclass(frozen=True, kw_only=True)
class JobRulesProps:
    """What the rules need. ``slow_after`` and ``timeout`` are in minutes.

    ``runbook`` is the heading that a message about a failed run points to.
    """

    job: GlueJob
    failed_name: str
    slow_name: str
    slow_after: int
    timeout: int
    runbook: str
    alerts: AlertTarget
    component: Component


def add_job_rules(scope: Construct, props: JobRulesProps) -> None:
    """Add both rules to ``scope``. That of long runs needs the job's ``notify_delay_after``."""
    add_failure_rule(
        scope,
        FailureRuleProps(
            address="job_failed",
            name=props.failed_name,
            description="A run of the Spark job did not succeed",
            detail_type="Glue Job State Change",
            detail={"jobName": [props.job.name], "state": _NOT_SUCCEEDED},
            alert="A Glue job is <state> since <time>, and nobody tries again: data is late.",
            runbook=props.runbook,
            alerts=props.alerts,
            component=props.component,
        ),
    )
    add_failure_rule(
        scope,
        FailureRuleProps(
            address="job_slow",
            name=props.slow_name,
            description=f"A run of the Spark job takes more than {props.slow_after} minutes",
            detail_type="Glue Job Run Status",
            detail={"jobName": [props.job.name]},
            alert=(
                f"A Glue job is <state> at <time> after {props.slow_after} minutes, "
                f"stopped after {props.timeout}: data may be late."
            ),
            runbook="A run takes long",
            alerts=props.alerts,
            component=props.component,
        ),
    )
