"""One environment as operators reach it: its settings, its names, and clients of the services that it lives in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, Final

from contract.layout import quarantine_key
from envs.naming import Names
from envs.schema import GLUE_ENGINE, SPARK_ENGINE, Environment
from envs.selection import environment_named
from envs.validation import ConfigurationError
from glue_src.clean_zone import CleanZone
from glue_src.storage import Bucket
from ops.exits import usage

if TYPE_CHECKING:
    import boto3
    from botocore.config import Config
    from mypy_boto3_athena import AthenaClient
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_glue import GlueClient
    from mypy_boto3_lakeformation import LakeFormationClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_scheduler import EventBridgeSchedulerClient
    from mypy_boto3_service_quotas import ServiceQuotasClient
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_ssm import SSMClient
    from mypy_boto3_sts import STSClient

#: Beyond a function's own time, until its answer is given up.
_ANSWER_SECONDS: Final = 30


@cache
def _quick() -> Config:
    """Return how services are asked: a person waits, so it is better to hear soon that something is wrong."""
    from botocore.config import Config

    return Config(connect_timeout=5, read_timeout=30, retries={"mode": "standard", "total_max_attempts": 3})


@dataclass(frozen=True)
class Platform:
    """One environment. Clients are made when they are first asked for."""

    environment: Environment
    session: boto3.Session

    @classmethod
    def named(cls, name: str, variables: Mapping[str, str]) -> Platform:
        """Return the environment of that name, reached with the process's own AWS settings.

        Raises:
            OpsError: there is none, or its configuration is faulty.
        """
        try:
            environment = environment_named(name, variables)
        except ConfigurationError as error:
            raise usage(str(error), "Set that right and repeat.") from error
        # Loading it would take as long as all else that --help needs.
        import boto3

        return cls(environment, boto3.Session(region_name=environment.provider.region))

    @property
    def names(self) -> Names:
        """The environment's physical names."""
        return self.environment.names

    @property
    def deploy(self) -> str:
        """The command that deploys both stacks, in their order: CDKTF refuses ETL-2's without the other."""
        if not self.environment.is_local:
            return f"cdktf deploy '{self.names.any_name()}'"
        # Not make demo: that fills the source table anew, and what was in it would be gone.
        engines = (" --engine glue" if self.by_glue else "") + ("" if self.by_spark else " --transform arrow")
        return f"python -m tools.local deploy{engines}"

    def command(self, words: str) -> str:
        """Return a command of this program for the environment; ``words`` are its name and what follows it.

        On one machine nobody runs ETL-2's Spark job but a command beside this program.
        """
        name, _, rest = words.partition(" ")
        own = " ".join(part for part in (f"python -m ops {name} --env {self.names.env}", rest) if part)
        if not (self.environment.is_local and self.by_spark):
            return own
        stand_in = "python -m tools.local curate"
        if name in {"curate", "rebuild"}:
            return f"{stand_in} {rest.replace('--table', '--rebuild')}".rstrip()
        return f"{own} --yes --no-wait && {stand_in}" if name == "run" and "--dry-run" not in rest else own

    @property
    def by_spark(self) -> bool:
        """Whether a Glue job runs ETL-2, and not a function."""
        return self.environment.etl.transform.engine == SPARK_ENGINE

    @property
    def by_glue(self) -> bool:
        """Whether a Glue job runs ETL-1, and not a function."""
        return self.environment.normalize.extract.engine == GLUE_ENGINE

    # --- services ---------------------------------------------------------------------------------------------------

    @cached_property
    def athena(self) -> AthenaClient:
        """Athena."""
        return self.session.client("athena", config=_quick())

    @cached_property
    def cloudwatch(self) -> CloudWatchClient:
        """CloudWatch's alarms."""
        return self.session.client("cloudwatch", config=_quick())

    @cached_property
    def dynamodb(self) -> DynamoDBClient:
        """DynamoDB."""
        return self.session.client("dynamodb", config=_quick())

    @cached_property
    def events(self) -> EventBridgeClient:
        """EventBridge's rules."""
        return self.session.client("events", config=_quick())

    @cached_property
    def glue(self) -> GlueClient:
        """Glue's jobs, crawler and catalog."""
        return self.session.client("glue", config=_quick())

    @cached_property
    def lakeformation(self) -> LakeFormationClient:
        """Lake Formation: who has grants on the catalog."""
        return self.session.client("lakeformation", config=_quick())

    @cached_property
    def lambda_(self) -> LambdaClient:
        """Lambda, for all but invocations."""
        return self.session.client("lambda", config=_quick())

    @cached_property
    def logs(self) -> CloudWatchLogsClient:
        """CloudWatch Logs."""
        return self.session.client("logs", config=_quick())

    @cached_property
    def quotas(self) -> ServiceQuotasClient:
        """Service Quotas: what the account may have."""
        return self.session.client("service-quotas", config=_quick())

    @cached_property
    def s3(self) -> S3Client:
        """S3."""
        return self.session.client("s3", config=_quick())

    @cached_property
    def scheduler(self) -> EventBridgeSchedulerClient:
        """EventBridge Scheduler."""
        return self.session.client("scheduler", config=_quick())

    @cached_property
    def sns(self) -> SNSClient:
        """SNS."""
        return self.session.client("sns", config=_quick())

    @cached_property
    def sqs(self) -> SQSClient:
        """SQS."""
        return self.session.client("sqs", config=_quick())

    @cached_property
    def ssm(self) -> SSMClient:
        """Systems Manager's parameters."""
        return self.session.client("ssm", config=_quick())

    @cached_property
    def sts(self) -> STSClient:
        """STS: whose credentials these are."""
        return self.session.client("sts", config=_quick())

    def invoking(self, function_seconds: int) -> LambdaClient:
        """Return a client that waits for a function's answer, and never invokes it a second time by itself."""
        from botocore.config import Config

        config = Config(
            connect_timeout=5,
            read_timeout=function_seconds + _ANSWER_SECONDS,
            retries={"total_max_attempts": 1},
            tcp_keepalive=True,
        )
        return self.session.client("lambda", config=config)

    # --- what the programs left ---------------------------------------------------------------------------------------

    @cached_property
    def bucket(self) -> Bucket:
        """The bucket of both zones."""
        return Bucket(self.s3, self.environment.normalize.s3_bucket_name)

    @property
    def clean_zone(self) -> CleanZone:
        """What ETL-1 published."""
        return CleanZone(self.bucket, self.environment.etl.clean_prefix, self.environment.contract)

    def is_quarantined(self, run_id: str) -> bool:
        """Tell whether a run failed a check of ETL-2."""
        return self.bucket.find(quarantine_key(self.environment.etl.restricted_prefix, run_id)) is not None

    def failed_checks(self, run_id: str) -> tuple[str, ...]:
        """Return which checks a quarantined run failed, as ETL-2 left it with the run's mark."""
        marker = json.loads(self.bucket.read(quarantine_key(self.environment.etl.restricted_prefix, run_id)))
        return tuple(map(str, marker.get("failed", ())))
