"""The lock of Terraform's state: an object beside the state, which only one can create.

What is tried is a lock of the verification's own, in the same bucket and with Terraform's own conditional write:
https://developer.hashicorp.com/terraform/language/backend/s3#state-locking
"""

from __future__ import annotations

from typing import Final

from botocore.exceptions import ClientError

from envs.naming import lock_key, state_key
from glue_src.storage import Bucket
from ops.aws_errors import code_of
from ops.platform import Platform
from ops.verify.checking import Check
from ops.verify.outcomes import DisprovedError
from ops.verify.scene import Scene

#: S3's answers to whoever comes second, or at the same moment.
_REFUSALS: Final = frozenset(("PreconditionFailed", "ConditionalRequestConflict", "412", "409"))


def check(platform: Platform) -> Check:
    """Return the check."""
    bucket = platform.names.state_bucket
    return Check(
        "the state's lock",
        f"{bucket} holds both stacks' states, neither is locked, and whoever comes second gets no lock.",
        _look,
    )


def _look(scene: Scene) -> str:
    platform, names = scene.platform, scene.platform.names
    bucket = Bucket(platform.s3, names.state_bucket)
    for stack in (names.normalize_stack, names.etl_stack):
        if bucket.find(state_key(stack)) is None:
            message = f"{names.state_bucket} has no state of {stack}: it is deployed from another one, or not at all"
            raise DisprovedError(message)
        if bucket.find(lock_key(stack)) is not None:
            message = f"the state of {stack} is locked: somebody deploys, or a deployment died (docs/state.md)"
            raise DisprovedError(message)
    key = lock_key(scene.name)
    if not _taken(platform, key):
        message = f"{key} is there already"
        raise DisprovedError(message)
    try:
        if _taken(platform, key):
            message = f"{names.state_bucket} gave the same lock twice: two deployments would overwrite each other"
            raise DisprovedError(message)
    finally:
        platform.s3.delete_object(Bucket=names.state_bucket, Key=key)
    return "both states are there and unlocked; a lock was given once, and refused the second time"


def _taken(platform: Platform, key: str) -> bool:
    """Try to take a lock, and tell whether that succeeded."""
    try:
        platform.s3.put_object(Bucket=platform.names.state_bucket, Key=key, Body=b"{}", IfNoneMatch="*")
    except ClientError as error:
        if code_of(error) not in _REFUSALS:
            raise
        return False
    return True
