"""The bucket that keeps an environment's Terraform state; it has to be there before Terraform can be.

``python -m tools.state_bucket --env test`` makes it, or brings an existing one to the same settings. Every step sets
a state and checks nothing first, so that a run after a broken run finishes the work.
"""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from envs.schema import Environment
from envs.selection import account_variable, environment_named
from envs.validation import ConfigurationError
from modules.policies import policy, tls_only
from modules.tags import common_tags
from ops.aws_errors import in_a_line

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.literals import BucketLocationConstraintType
    from mypy_boto3_sts import STSClient

#: S3 takes no location constraint for this region.
_FIRST_REGION = "us-east-1"
_FORBIDDEN = 403
_NOT_FOUND = 404


class StateBucketError(RuntimeError):
    """The state bucket cannot be made; the message says what stands in the way and what to do."""


def ensure_state_bucket(environment: Environment, s3: S3Client, sts: STSClient) -> bool:
    """Bring the environment's state bucket into being: versioned, encrypted, private, TLS only.

    Returns:
        True if the bucket was made, False if it was there already.

    Raises:
        StateBucketError: the credentials belong to another account, the environment guards its data but names no
            account, or somebody else has a bucket of that name.
        botocore.exceptions.ClientError: AWS refuses a step.
    """
    _check_account(environment, sts)
    name = environment.names.state_bucket
    made = _make(s3, name, environment.provider.region)
    _secure(s3, name)
    s3.put_bucket_tagging(
        Bucket=name,
        Tagging={"TagSet": [{"Key": key, "Value": value} for key, value in common_tags(environment).items()]},
    )
    return made


def _check_account(environment: Environment, sts: STSClient) -> None:
    allowed = environment.provider.allowed_account_ids
    if environment.deletion_guarded and not allowed:
        # Bucket names are global: once made here, no deployment from another account gets past its backend.
        message = (
            f"environment {environment.name!r} guards its data, so it has to be said in which account it lives: set "
            f"{account_variable(environment.name)}, or provider.allowed_account_ids in envs/{environment.name}.py"
        )
        raise StateBucketError(message)
    account = sts.get_caller_identity()["Account"]
    if allowed and account not in allowed:
        message = (
            f"the credentials belong to account {account}; environment {environment.name!r} allows "
            f"{', '.join(allowed)}: use that account's credentials, or change provider.allowed_account_ids"
        )
        raise StateBucketError(message)


def _make(s3: S3Client, name: str, region: str) -> bool:
    if _is_there(s3, name):
        return False
    if region == _FIRST_REGION:
        s3.create_bucket(Bucket=name)
    else:
        constraint: BucketLocationConstraintType = region  # type: ignore[assignment]
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": constraint})
    return True


def _is_there(s3: S3Client, name: str) -> bool:
    try:
        s3.head_bucket(Bucket=name)
    except ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        if status == _FORBIDDEN:
            message = (
                f"bucket {name!r} exists and is not yours, or these credentials may not see it: "
                "bucket names are global, so choose another in envs/naming.py, or use the owner's credentials"
            )
            raise StateBucketError(message) from error
        if status != _NOT_FOUND:
            raise
        return False
    return True


def _secure(s3: S3Client, name: str) -> None:
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_encryption(
        Bucket=name,
        ServerSideEncryptionConfiguration={
            "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": True}]
        },
    )
    s3.put_bucket_ownership_controls(
        Bucket=name, OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    )
    s3.put_public_access_block(
        Bucket=name,
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": True,
            "BlockPublicPolicy": True,
            "IgnorePublicAcls": True,
            "RestrictPublicBuckets": True,
        },
    )
    partition = s3.meta.partition
    s3.put_bucket_policy(Bucket=name, Policy=policy(tls_only(f"arn:{partition}:s3:::{name}")))


def main(arguments: list[str]) -> None:
    """Make the state bucket of the environment that the command line names; exit with a message if that fails."""
    parser = argparse.ArgumentParser(prog="python -m tools.state_bucket", description=__doc__)
    parser.add_argument("--env", required=True, help="test, prod or local")
    name = parser.parse_args(arguments).env
    try:
        environment = environment_named(name, os.environ)
        region = environment.provider.region
        made = ensure_state_bucket(
            environment, boto3.client("s3", region_name=region), boto3.client("sts", region_name=region)
        )
    except (ConfigurationError, StateBucketError) as error:
        sys.exit(f"state bucket of {name!r}: {error}")
    except (BotoCoreError, ClientError) as error:
        sys.exit(f"state bucket of {name!r}: {in_a_line(error, name, region)}")
    done = "made" if made else "was there; its settings are as they should be"
    sys.stdout.write(f"{environment.names.state_bucket}: {done}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
