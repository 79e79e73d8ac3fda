"""What a workgroup rules for its queries, asked of the emulator each time: a deployment may have changed it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from mypy_boto3_athena import AthenaClient

_NO_LOCATION: Final = (
    "No output location provided. An output location is required either through the Workgroup result configuration "
    "setting or as an API input."
)
_SSE: Final = {"SSE_S3": "AES256", "SSE_KMS": "aws:kms"}


class InvalidRequestError(Exception):
    """The request cannot be met, and the message says why: Athena's InvalidRequestException."""


@dataclass(frozen=True)
class Rules:
    """Where results go, how they are encrypted, and how many bytes a query may scan; None for no limit."""

    location: str
    encryption: dict[str, str]
    told_encryption: dict[str, Any]
    cutoff: int | None
    engine: dict[str, str]


def rules_of(athena: AthenaClient, name: str, asked: dict[str, Any]) -> Rules:
    """Return a workgroup's rules for a query that asks for this ``ResultConfiguration``.

    Raises:
        InvalidRequestError: the workgroup is disabled, or nobody says where results go.
        botocore.exceptions.ClientError: there is no such workgroup.
    """
    found: Any = athena.get_work_group(WorkGroup=name)["WorkGroup"]
    if found.get("State") == "DISABLED":
        message = f"WorkGroup {name} is disabled."
        raise InvalidRequestError(message)
    configuration = found.get("Configuration", {})
    own = configuration.get("ResultConfiguration", {})
    chosen = own if configuration.get("EnforceWorkGroupConfiguration") else {**own, **asked}
    location = chosen.get("OutputLocation")
    if not location:
        raise InvalidRequestError(_NO_LOCATION)
    encryption = chosen.get("EncryptionConfiguration", {})
    engine = configuration.get("EngineVersion", {})
    return Rules(
        location=location.rstrip("/") + "/",
        encryption=_for_s3(encryption),
        told_encryption={"EncryptionConfiguration": encryption} if encryption else {},
        cutoff=configuration.get("BytesScannedCutoffPerQuery"),
        engine={"EffectiveEngineVersion": "Athena engine version 3", **engine},
    )


def _for_s3(encryption: dict[str, str]) -> dict[str, str]:
    option = encryption.get("EncryptionOption")
    if option not in _SSE:
        return {}
    key = {"SSEKMSKeyId": encryption["KmsKey"]} if "KmsKey" in encryption else {}
    return {"ServerSideEncryption": _SSE[option], **key}
