"""Lets boto3's errors say which object or table they are about: AWS's own messages often leave it out."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from botocore.client import BaseClient

#: Where a call's context keeps what it is about.
_SUBJECT: Final = "cat.subject"


def name_errors(client: BaseClient) -> None:
    """Let each error of a client of S3 or Glue end in what it is about; to ask for it twice is no harm."""
    events = client.meta.events
    events.register("before-parameter-build", _note, unique_id=f"{__name__}.note")
    events.register("after-call", _tell, unique_id=f"{__name__}.tell")


def _note(params: Mapping[str, Any], context: MutableMapping[str, Any], **_: object) -> None:
    context[_SUBJECT] = subject_of(params)


def _tell(parsed: MutableMapping[str, Any], context: Mapping[str, Any], **_: object) -> None:
    error, subject = parsed.get("Error"), context.get(_SUBJECT)
    if error is not None and subject:
        error["Message"] = f"{error.get('Message', '')} ({subject})"


def subject_of(params: Mapping[str, Any]) -> str | None:
    """Return the object, prefix or table that a request's parameters name; of several objects, the first."""
    if "Bucket" in params:
        several = params.get("Delete", {}).get("Objects", [{}])
        return f"s3://{params['Bucket']}/{params.get('Key') or params.get('Prefix') or several[0].get('Key', '')}"
    if "DatabaseName" in params:
        return f"table {params['DatabaseName']}.{params.get('Name') or params.get('TableInput', {}).get('Name', '')}"
    return None
