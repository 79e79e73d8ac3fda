"""What a deployment has, made on the emulator without Terraform: enough for everything to be well."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from contract.datasets import Dataset
from contract.layout import business_day
from envs.local import LOCAL
from ops.platform import Platform
from ops.services import wanted_alarms
from tests.iceberg_lake import IcebergLake, Row
from tests.ops.conftest import rows

NAMES: Final = LOCAL.names
RINGS: Final = "Something is wrong."
#: When the last night's run began.
BEGAN: Final = (datetime.now(UTC) - timedelta(hours=3)).replace(second=0, microsecond=0)
DAY: Final = business_day(BEGAN, LOCAL.normalize.extract.time_zone)
SCHEDULED: Final = replace(
    LOCAL,
    provider=replace(LOCAL.provider, custom_endpoint=True),
    normalize=replace(
        LOCAL.normalize,
        schedule=replace(
            LOCAL.normalize.schedule, enabled=True, cron_expression=f"cron({BEGAN.minute} {BEGAN.hour} * * ? *)"
        ),
    ),
)


class Deployment:
    """What a deployment of the scheduled environment has, without Terraform: enough for everything to be well."""

    def __init__(self, platform: Platform, lake: IcebergLake) -> None:
        self.platform, self.lake = platform, lake

    def make(self) -> None:
        """Make everything but the tables and ETL-1's function."""
        platform, lake = self.platform, self.lake
        lake.s3.put_bucket_notification_configuration(
            Bucket=lake.bucket, NotificationConfiguration={"EventBridgeConfiguration": {}}
        )
        lake.s3.create_bucket(Bucket=NAMES.state_bucket)
        lake.s3.put_bucket_versioning(Bucket=NAMES.state_bucket, VersioningConfiguration={"Status": "Enabled"})
        self.make_source()
        platform.sns.create_topic(Name=NAMES.alerts_topic)
        for queue in (NAMES.normalize_dead_letters, NAMES.etl_dead_letters):
            platform.sqs.create_queue(QueueName=queue)
        for alarm in wanted_alarms(platform):
            platform.cloudwatch.put_metric_alarm(
                AlarmName=alarm, MetricName="m", Namespace="n", Statistic="Sum", Period=60, EvaluationPeriods=1,
                Threshold=1, ComparisonOperator="GreaterThanThreshold",
                AlarmDescription=f"{RINGS} Type: that. See there.",
            )  # fmt: skip
        platform.scheduler.create_schedule_group(Name=NAMES.schedule_group)
        for rule in (NAMES.crawler_failed_rule, NAMES.job_failed_rule, NAMES.slow_job_rule):
            platform.events.put_rule(Name=rule, EventPattern=json.dumps({"source": ["aws.glue"]}))
        self.make_job()
        self.make_rule()
        self.make_trigger()
        self.make_schedule()
        paths = [
            platform.bucket.uri(LOCAL.etl.table_zones.table_prefix(table))
            for table in LOCAL.contract.tables_of_analysts
        ]
        role = lake.iam.create_role(RoleName=NAMES.crawler_role, AssumeRolePolicyDocument="{}")["Role"]["Arn"]
        platform.glue.create_crawler(Name=NAMES.crawler, Role=role, Targets={"IcebergTargets": [{"Paths": paths}]})
        for group, name in platform.environment.workgroups.items():
            results = {"OutputLocation": platform.bucket.uri(LOCAL.etl.results_prefix(group))}
            configuration: Any = {"ResultConfiguration": results}
            platform.athena.create_work_group(Name=name, Configuration=configuration)

    def make_source(self) -> None:
        self.platform.dynamodb.create_table(
            TableName=LOCAL.normalize.dynamo_table_name,
            KeySchema=[{"AttributeName": "PK", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "PK", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )

    def make_job(self, script: str = "") -> None:
        """Make ETL-2's job: what the emulator runs of it is a Python script, and of Spark nothing."""
        command: Any = {"Name": "glueetl", "ScriptLocation": "s3://nowhere/job.py"}
        if script:
            self.lake.put("job.py", script.encode())
            command = {"Name": "pythonshell", "ScriptLocation": f"s3://{self.lake.bucket}/job.py"}
        self.platform.glue.create_job(Name=NAMES.glue_job, Role="role", Command=command)

    def make_rule(self) -> None:
        events = self.platform.events
        events.put_rule(Name=NAMES.arrival_rule, EventPattern=json.dumps({"source": ["aws.s3"]}))
        arn = f"arn:aws:glue:{self.platform.environment.provider.region}:000000000000:workflow/{NAMES.workflow}"
        events.put_targets(Rule=NAMES.arrival_rule, Targets=[{"Id": "workflow", "Arn": arn}])

    def make_trigger(self) -> None:
        self.platform.glue.create_trigger(
            Name=NAMES.arrival_trigger, Type="EVENT", Actions=[{"JobName": NAMES.glue_job}], WorkflowName=NAMES.workflow
        )

    def make_schedule(self, state: Any = "ENABLED") -> None:
        settings = self.platform.environment.normalize.schedule
        assert settings.cron_expression
        self.platform.scheduler.create_schedule(
            Name=NAMES.schedule,
            GroupName=NAMES.schedule_group,
            ScheduleExpression=settings.cron_expression,
            ScheduleExpressionTimezone=settings.time_zone,
            FlexibleTimeWindow={"Mode": "OFF"},
            State=state,
            Target={"Arn": "arn:aws:lambda:us-east-1:000000000000:function:f", "RoleArn": "arn:aws:iam::0:role/r"},
        )

    def run_job(self, script: str, until: str) -> None:
        """Have another job in its place, and run it until Glue says that it is in a state."""
        glue = self.platform.glue
        glue.delete_job(JobName=NAMES.glue_job)
        self.make_job(script)
        run_id = glue.start_job_run(JobName=NAMES.glue_job)["JobRunId"]
        deadline = time.monotonic() + 20
        while glue.get_job_run(JobName=NAMES.glue_job, RunId=run_id)["JobRun"]["JobRunState"] != until:
            assert time.monotonic() < deadline
            time.sleep(0.1)


def night_of(count: int) -> dict[Dataset, list[Row]]:
    """A night's rows, in two partitions."""
    before = rows(20, "2025-12")
    return {dataset: [*before[dataset], *some] for dataset, some in rows(count - 20).items()}
