"""The key of tombstones, which is made once, and the tombstones themselves."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from botocore.exceptions import ClientError

from contract.keys import new_key
from contract.layout import TOMBSTONES_KEY
from contract.tombstones import Tombstone, Tombstones, TombstonesError, parse_key
from glue_src.clean_zone import tombstones_in
from glue_src.exceptions import UnknownTombstonesError
from ops.aws_errors import code_of
from ops.exits import attention
from ops.platform import Platform

_ATTEMPTS: Final = 5
#: S3's answers where somebody else has written the object meanwhile:
#: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html.
_WRITTEN_MEANWHILE: Final = frozenset({"PreconditionFailed", "ConditionalRequestConflict", "412", "409"})
_RUNBOOK: Final = "docs/runbook.md, A person asks to be erased."


def existing_key(platform: Platform) -> bytes | None:
    """Return the key of tombstones, or None where none was made yet.

    Raises:
        OpsError: it is damaged, or it is gone and there are tombstones.
    """
    try:
        found = platform.ssm.get_parameter(Name=platform.names.tombstone_key, WithDecryption=True)
    except ClientError as error:
        if code_of(error) != "ParameterNotFound":
            raise
        if existing(platform):
            message = f"People were erased, and the key of their tombstones, {platform.names.tombstone_key}, is gone."
            raise attention(message, f"With another key nobody of them is known again. {_RUNBOOK}") from error
        return None
    try:
        return parse_key(found["Parameter"]["Value"])
    except TombstonesError as error:
        raise attention(str(error), _RUNBOOK) from None


def key_of(platform: Platform) -> bytes:
    """Return the key of tombstones; make it where there is none. Raises as :func:`existing_key` does."""
    found = existing_key(platform)
    if found is not None:
        return found
    try:
        platform.ssm.put_parameter(
            Name=platform.names.tombstone_key,
            Description="The key of the tombstones of people who were erased. It is never replaced.",
            Value=new_key(),
            Type="SecureString",
            Overwrite=False,
        )
    except ClientError as error:
        # Somebody else has made one at the same time: theirs is the key.
        if code_of(error) != "ParameterAlreadyExists":
            raise
    made = existing_key(platform)
    if made is None:
        message = f"The key {platform.names.tombstone_key} was made, and cannot be read yet."
        raise attention(message, "Repeat the command.")
    return made


def existing(platform: Platform) -> Tombstones:
    """Return the tombstones as they are.

    Raises:
        OpsError: they are damaged.
    """
    try:
        return tombstones_in(platform.bucket)
    except UnknownTombstonesError as error:
        raise attention(str(error), _RUNBOOK) from None


def bury(platform: Platform, added: Iterable[Tombstone]) -> None:
    """Write tombstones. Nothing is lost of what others write at the same time.

    Raises:
        OpsError: those that are there are damaged, or others write all the time.
    """
    wanted = list(added)
    for _ in range(_ATTEMPTS):
        condition: dict[str, Any] = _condition(platform)
        before = existing(platform)
        after = before.with_added(wanted)
        if after == before:
            return
        try:
            platform.s3.put_object(
                Bucket=platform.bucket.name, Key=TOMBSTONES_KEY, Body=after.to_json().encode(), **condition
            )
        except ClientError as error:
            if code_of(error) not in _WRITTEN_MEANWHILE:
                raise
            continue
        return
    message = f"Others have written {TOMBSTONES_KEY} {_ATTEMPTS} times meanwhile."
    raise attention(message, "Repeat the command.")


def _condition(platform: Platform) -> dict[str, Any]:
    """Return by which condition the object may be written: that it is still the one that is there now."""
    try:
        return {"IfMatch": platform.s3.head_object(Bucket=platform.bucket.name, Key=TOMBSTONES_KEY)["ETag"]}
    except ClientError as error:
        if code_of(error) not in {"404", "NoSuchKey", "NotFound"}:
            raise
        return {"IfNoneMatch": "*"}
