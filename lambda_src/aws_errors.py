"""Failures of the AWS SDK, told as the platform's own: what was being done, what AWS said, and what to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

from lambda_src.exceptions import NormalizeError

_EXPIRED: Final = "Renew the credentials and run again."
_INVALID: Final = "Correct the credentials that the run is given, and run again."
_COMMON_REMEDIES: Final = {
    **dict.fromkeys(("ExpiredToken", "ExpiredTokenException"), _EXPIRED),
    **dict.fromkeys(
        (
            "InvalidAccessKeyId",
            "InvalidClientTokenId",
            "InvalidSignatureException",
            "SignatureDoesNotMatch",
            "UnrecognizedClientException",
        ),
        _INVALID,
    ),
}
_OTHERWISE: Final = (
    "The SDK has repeated what may be repeated, and nothing of the run stays published: once the cause is gone, run "
    "again."
)


@contextmanager
def explained(kind: type[NormalizeError], doing: str, remedies: Mapping[str, str]) -> Iterator[None]:
    """Raise what the SDK raises inside as ``kind``, chained to the original.

    Args:
        kind: the error to raise.
        doing: what is being done and to what, such as ``scanning table 'x'``.
        remedies: what to do, by AWS error code.

    Raises:
        NormalizeError: of the given kind.
    """
    try:
        yield
    except ClientError as error:
        remedy = remedies.get(code_of(error)) or _COMMON_REMEDIES.get(code_of(error), _OTHERWISE)
        message = f"{doing} failed: {_sentence(error)} {remedy}"
        raise kind(message) from error
    except BotoCoreError as error:
        message = f"{doing} failed: {_sentence(error)} {_OTHERWISE}"
        raise kind(message) from error


def code_of(error: ClientError) -> str:
    """Return the AWS error code, such as ``NoSuchBucket``."""
    return error.response.get("Error", {}).get("Code", "")


def _sentence(error: Exception) -> str:
    """Return the SDK's message with one full stop: some of them have one."""
    if isinstance(error, ParamValidationError):
        return "the SDK refuses a parameter, and would quote it."
    return f"{str(error).rstrip('.')}."
