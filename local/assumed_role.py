"""What stands in for a service works as the service does: with sessions of the deployed role, and no right beyond."""

from __future__ import annotations

from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import boto3

from local.aws_environment import REGION
from local.clients import Clients

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mypy_boto3_sts.type_defs import CredentialsTypeDef

    from local.workspace import Workspace

#: Sessions tell in the emulator's decisions who asked: Spark and Glue for a job, or the job's script itself.
SPARK_SESSION: Final = "spark"
SCRIPT_SESSION: Final = "script"


@dataclass(frozen=True)
class AssumedRole:
    """The clients for what Glue and Spark do as a job's role, and the variables for what its script does as that."""

    clients: Clients
    variables: Mapping[str, str]


@contextmanager
def assumed_role(workspace: Workspace, role: str) -> Iterator[AssumedRole]:
    """Assume a deployed job's role, by its ARN, while the block lasts."""
    by_spark, by_script = (_credentials(workspace, role, name) for name in (SPARK_SESSION, SCRIPT_SESSION))
    session = boto3.Session(
        aws_access_key_id=by_spark["AccessKeyId"],
        aws_secret_access_key=by_spark["SecretAccessKey"],
        aws_session_token=by_spark["SessionToken"],
        region_name=REGION,
    )
    variables = {
        "AWS_ACCESS_KEY_ID": by_script["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": by_script["SecretAccessKey"],
        "AWS_SESSION_TOKEN": by_script["SessionToken"],
    }
    with closing(Clients.of(workspace.emulator.endpoint_url(), session)) as clients:
        yield AssumedRole(clients, {**workspace.variables(), **variables})


def _credentials(workspace: Workspace, role: str, session: str) -> CredentialsTypeDef:
    return workspace.clients().sts.assume_role(RoleArn=role, RoleSessionName=session)["Credentials"]
