"""The emulator's services, through boto3."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

from tools.local.aws_environment import CREDENTIALS, REGION

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_glue import GlueClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_ssm import SSMClient
    from mypy_boto3_sts import STSClient

#: The Normalize function is given up to 15 minutes, and must not be invoked a second time meanwhile.
_PATIENT = Config(read_timeout=900, retries={"total_max_attempts": 1})


@dataclass(frozen=True)
class Clients:
    """One client of each service that this folder uses."""

    cloudwatch: CloudWatchClient
    dynamodb: DynamoDBClient
    events: EventBridgeClient
    glue: GlueClient
    lambda_: LambdaClient
    logs: CloudWatchLogsClient
    s3: S3Client
    sqs: SQSClient
    ssm: SSMClient
    sts: STSClient

    @classmethod
    def of(cls, endpoint_url: str, session: boto3.Session | None = None) -> Clients:
        """Return clients that talk to ``endpoint_url``, whatever the environment says.

        Without a session they have made-up credentials, by which the emulator knows the account itself.
        """
        session = session or boto3.Session(
            aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
            region_name=REGION,
        )
        return cls(
            cloudwatch=session.client("cloudwatch", endpoint_url=endpoint_url),
            dynamodb=session.client("dynamodb", endpoint_url=endpoint_url),
            events=session.client("events", endpoint_url=endpoint_url),
            glue=session.client("glue", endpoint_url=endpoint_url),
            lambda_=session.client("lambda", endpoint_url=endpoint_url, config=_PATIENT),
            logs=session.client("logs", endpoint_url=endpoint_url),
            s3=session.client("s3", endpoint_url=endpoint_url),
            sqs=session.client("sqs", endpoint_url=endpoint_url),
            ssm=session.client("ssm", endpoint_url=endpoint_url),
            sts=session.client("sts", endpoint_url=endpoint_url),
        )

    def close(self) -> None:
        """Close all connections."""
        for client in vars(self).values():
            client.close()
