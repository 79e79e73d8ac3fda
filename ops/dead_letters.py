"""What the schedule and EventBridge could not deliver, as it lies in the dead-letter queues."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from contract.layout import CleanObject, parse_clean_key, schema_marker_prefix
from contract.settings import EVENT_KEYS
from lambda_src import event as events
from lambda_src.exceptions import EventError
from ops.platform import Platform
from ops.services import queue_names

if TYPE_CHECKING:
    from mypy_boto3_sqs.type_defs import MessageTypeDef

#: SQS gives at most so many at once.
_BATCH: Final = 10
#: In seconds: for so long nobody else sees the messages that are being worked on. More than any run takes.
_HIDDEN_SECONDS: Final = 2 * 3600


@dataclass(frozen=True)
class DeadLetter:
    """One message: what it asks for, why it was not delivered, and what it takes to delete it.

    ``event`` is what ETL-1 is to be given. ``run_id`` is the run that ETL-2 is to publish, empty where a deployment
    asked for new columns. ``fault`` says why it cannot be done. ``target`` is the ARN of whom EventBridge could not
    reach, empty for ETL-1's.
    """

    queue: str
    message_id: str
    receipt: str
    body: str
    reason: str
    etl: str
    day: date | None
    event: Mapping[str, Any] | None
    run_id: str
    fault: str
    target: str = ""


def receive(platform: Platform, now: datetime, hidden_seconds: int = _HIDDEN_SECONDS) -> list[DeadLetter]:
    """Return what the queues hold, hidden from everybody else for so long, or until it is put back or deleted."""
    dead_letters = []
    for queue in queue_names(platform):
        url = platform.sqs.get_queue_url(QueueName=queue)["QueueUrl"]
        while messages := _some(platform, url, hidden_seconds):
            dead_letters += [_read(platform, queue, message, now) for message in messages]
    return dead_letters


def _some(platform: Platform, url: str, hidden_seconds: int) -> Sequence[MessageTypeDef]:
    answer = platform.sqs.receive_message(
        QueueUrl=url,
        MaxNumberOfMessages=_BATCH,
        # A short poll asks some of the servers only.
        WaitTimeSeconds=1,
        VisibilityTimeout=hidden_seconds,
        MessageAttributeNames=["All"],
    )
    return answer.get("Messages", [])


def _read(platform: Platform, queue: str, message: MessageTypeDef, now: datetime) -> DeadLetter:
    attributes = {name: value.get("StringValue", "") for name, value in message.get("MessageAttributes", {}).items()}
    body = message.get("Body", "")
    common = (queue, message["MessageId"], message["ReceiptHandle"], body, reason(attributes))
    if queue == platform.names.etl_dead_letters:
        arrived, fault = arrival(body, platform.environment.etl.clean_prefix)
        day, run_id = (arrived.day, arrived.run_id) if arrived else (None, "")
        return DeadLetter(*common, "ETL-2", day, None, run_id, fault, attributes.get("TARGET_ARN", ""))
    event, day, fault = normalize_event(body, now, platform.environment.normalize.extract.time_zone)
    return DeadLetter(*common, "ETL-1", day, event, "", fault)


def reason(attributes: Mapping[str, str]) -> str:
    """Return why a message was not delivered, as Scheduler and EventBridge write it in its attributes."""
    parts = (attributes.get("ERROR_CODE", ""), attributes.get("ERROR_MESSAGE", ""))
    return ": ".join(part for part in parts if part) or "no reason is given"


def normalize_event(body: str, now: datetime, time_zone: str) -> tuple[Mapping[str, Any] | None, date | None, str]:
    """Return ETL-1's event in a message of its schedule, the day that it means, and what is wrong with it.

    A schedule of the function carries the event itself, one of the job the request that starts it.
    """
    try:
        document = json.loads(body)
    except json.JSONDecodeError as error:
        return None, None, f"it is no JSON: {error}"
    if isinstance(document, dict) and "Arguments" in document:
        arguments = document["Arguments"]
        named = {str(name).removeprefix("--"): value for name, value in dict(arguments).items()}
        document = {name: value for name, value in named.items() if name in EVENT_KEYS}
    try:
        return document, events.parse(document, now, time_zone).day, ""
    except EventError as error:
        return None, None, " ".join(error.faults)


def arrival(body: str, clean_prefix: str) -> tuple[CleanObject | None, str]:
    """Return the run's object whose arrival a message tells of, or what is wrong with the message.

    Neither is returned for the marker by which a deployment asks for new columns.
    """
    try:
        key = json.loads(body)["detail"]["object"]["key"]
    except (json.JSONDecodeError, KeyError, TypeError):
        return None, "it is no event of S3, so somebody else sent it: read it, and discard it"
    if str(key).startswith(schema_marker_prefix()):
        return None, ""
    arrived = parse_clean_key(clean_prefix, str(key))
    return arrived, "" if arrived else f"{key} is no run's object"


def of_etl1(dead_letters: Iterable[DeadLetter]) -> tuple[DeadLetter, ...]:
    """Return ETL-1's dead letters that can be done, newest day first: one run for that day settles them all.

    A run is a snapshot of the whole source: a second one for an earlier day would find the same.
    """
    found = [(letter.day, letter) for letter in dead_letters if letter.etl == "ETL-1" and letter.day is not None]
    return tuple(letter for _, letter in sorted(found, key=lambda each: each[0], reverse=True))


def of_etl2(dead_letters: Iterable[DeadLetter]) -> tuple[DeadLetter, ...]:
    """Return ETL-2's dead letters that can be done: one run of it settles them all."""
    return tuple(letter for letter in dead_letters if letter.etl == "ETL-2" and not letter.fault)


def delete(platform: Platform, dead_letters: Iterable[DeadLetter]) -> None:
    """Delete messages whose work is done."""
    for letter in dead_letters:
        url = platform.sqs.get_queue_url(QueueName=letter.queue)["QueueUrl"]
        platform.sqs.delete_message(QueueUrl=url, ReceiptHandle=letter.receipt)


def put_back(platform: Platform, dead_letters: Iterable[DeadLetter]) -> None:
    """Let messages that were not settled be seen again."""
    for letter in dead_letters:
        url = platform.sqs.get_queue_url(QueueName=letter.queue)["QueueUrl"]
        platform.sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=letter.receipt, VisibilityTimeout=0)
