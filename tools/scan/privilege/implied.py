"""What a call needs of KMS beside itself where the environment has a key of its own; the emulator asks for none of it.

S3 takes a data key for what it writes and has it decrypted for what it reads, as the caller; and decrypts it, too, to
put an upload's parts together: https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html#require-sse-kms
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tools.scan.privilege.calls import Call, Calls
from tools.scan.privilege.roles import KEY_ARN, REGION

_PARTS: Final = frozenset(("UploadPart", "UploadPartCopy", "CompleteMultipartUpload"))
_THROUGH_S3: Final = (("kms:ViaService", f"s3.{REGION}.amazonaws.com"),)


def implied_by(calls: Calls) -> Calls:
    """Return the calls of KMS that these calls bring about, each with the operations that do."""
    found: dict[Call, frozenset[str]] = {}
    for call, operations in calls.items():
        for action, by in _kms_actions(call.action, operations):
            implied = Call(call.role, action, KEY_ARN, _THROUGH_S3)
            found[implied] = found.get(implied, frozenset()) | by
    return found


def _kms_actions(action: str, operations: frozenset[str]) -> Iterator[tuple[str, frozenset[str]]]:
    if action == "s3:PutObject":
        yield "kms:GenerateDataKey", operations
        if operations & _PARTS:
            yield "kms:Decrypt", operations & _PARTS
    if action == "s3:GetObject":
        yield "kms:Decrypt", operations
