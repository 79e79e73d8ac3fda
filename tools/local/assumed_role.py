"""What stands in for a service works as the service does: with a session of the deployed role, and no right beyond."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import boto3

from tools.local.aws_environment import REGION
from tools.local.clients import Clients
from tools.local.workspace import Workspace

if TYPE_CHECKING:
    from mypy_boto3_sts.type_defs import CredentialsTypeDef

#: Sessions tell in the emulator's decisions who asked: here a job's program with its Spark, and Glue for it.
JOB_SESSION: Final = "glue-job"


@dataclass(frozen=True)
class AssumedRole:
    """The clients for what Glue does as a job's role, and the variables for what the job itself does as that."""

    clients: Clients
    variables: Mapping[str, str]


def session_variables(credentials: CredentialsTypeDef) -> dict[str, str]:
    """Return the variables under which the SDKs and the CLI act in a session that STS has given."""
    return {
        "AWS_ACCESS_KEY_ID": credentials["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": credentials["SecretAccessKey"],
        "AWS_SESSION_TOKEN": credentials["SessionToken"],
    }


@contextmanager
def assumed_role(workspace: Workspace, role: str) -> Iterator[AssumedRole]:
    """Assume a deployed job's role, by its ARN, while the block lasts."""
    credentials = workspace.clients().sts.assume_role(RoleArn=role, RoleSessionName=JOB_SESSION)["Credentials"]
    session = boto3.Session(
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
        region_name=REGION,
    )
    with closing(Clients.of(workspace.emulator.endpoint_url(), session)) as clients:
        yield AssumedRole(clients, {**workspace.variables(), **session_variables(credentials)})
