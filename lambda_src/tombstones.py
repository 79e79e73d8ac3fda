"""Who was erased: read before a run begins, so that all its workers leave out the same people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

from botocore.exceptions import ClientError

from contract.layout import TOMBSTONES_KEY
from contract.tombstones import Coverage, Tombstones, TombstonesError, parse_key
from lambda_src.aws_errors import code_of, explained
from lambda_src.clients import Clients
from lambda_src.exceptions import PrivacyError
from lambda_src.s3_objects import MISSING_BUCKET
from lambda_src.settings import Settings

_T = TypeVar("_T")

_ABSENT: Final = frozenset(("NoSuchKey", "404"))
_REMEDIES: Final = {
    **MISSING_BUCKET,
    "AccessDenied": (
        f"Allow the run's role s3:GetObject of {TOMBSTONES_KEY}, s3:ListBucket for that prefix, and kms:Decrypt on the "
        "bucket's key if it has one."
    ),
}
_KEY_REMEDIES: Final = {
    "AccessDeniedException": "Allow the run's role ssm:GetParameter of that parameter.",
    "ParameterNotFound": (
        "People were erased, and without the key of their hashes nobody knows whose items to leave out: restore the "
        "parameter with its earlier value (docs/runbook.md, A person asks to be erased)."
    ),
}


def read_tombstones(clients: Clients, bucket: str) -> Tombstones:
    """Return the tombstones: none where there is no such object.

    Raises:
        PrivacyError: they cannot be read, or are damaged.
    """
    with explained(PrivacyError, f"reading the tombstones s3://{bucket}/{TOMBSTONES_KEY}", _REMEDIES):
        try:
            content = clients.s3.get_object(Bucket=bucket, Key=TOMBSTONES_KEY)["Body"].read()
        except ClientError as error:
            if code_of(error) in _ABSENT:
                return Tombstones()
            raise
    return _checked(lambda: Tombstones.from_json(content))


def coverage_of(tombstones: Tombstones, clients: Clients, settings: Settings) -> Coverage | None:
    """Return what a run leaves out by its tombstones; None where that is nobody.

    Without tombstones no key is asked for: an environment where nobody was erased has none.

    Raises:
        PrivacyError: the key is missing, may not be read, or is none.
    """
    prefix = settings.contract.person_prefix
    if not tombstones or prefix is None:
        return None
    with explained(PrivacyError, f"reading the tombstones' key {settings.tombstone_key}", _KEY_REMEDIES):
        found = clients.ssm.get_parameter(Name=settings.tombstone_key, WithDecryption=True)["Parameter"]["Value"]
    return Coverage(settings.contract.name, prefix, _checked(lambda: parse_key(found)), tombstones)


def _checked(read: Callable[[], _T]) -> _T:
    try:
        return read()
    except TombstonesError as error:
        raise PrivacyError(str(error)) from None
