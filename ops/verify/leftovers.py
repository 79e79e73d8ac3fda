"""What a verification made, and removes again: its own at its end, and what an earlier one left that was killed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from botocore.exceptions import ClientError

from glue_src.storage import Bucket
from ops import dead_letters
from ops.aws_errors import is_absence
from ops.platform import Platform
from ops.services import topic_arn
from ops.verify.undelivered import own_dead_letters


@dataclass(frozen=True)
class Leftover:
    """One thing in the account that a verification made, and how it is removed."""

    what: str
    remove: Callable[[], object]


def leftovers(platform: Platform) -> list[Leftover]:
    """Return all that verifications of the environment have made and not removed, but for dead letters."""
    return [*_targets(platform), *_subscriptions(platform), *_queues(platform), *_locks(platform)]


def remove(platform: Platform, now: datetime) -> list[str]:
    """Remove all of it, and return what that was."""
    found = leftovers(platform)
    for leftover in found:
        leftover.remove()
    # Last, for as long as the target is there, more can come.
    letters = own_dead_letters(platform, platform.names.verification(), now)
    dead_letters.delete(platform, letters)
    return [*(leftover.what for leftover in found), *(f"a dead letter in {letter.queue}" for letter in letters)]


def _targets(platform: Platform) -> Iterator[Leftover]:
    rule = platform.names.arrival_rule
    try:
        targets = platform.events.list_targets_by_rule(Rule=rule)["Targets"]
    except ClientError as error:
        if not is_absence(error):
            raise
        return
    for target in targets:
        name = target["Id"]
        if name.startswith(platform.names.verification()):
            yield Leftover(f"target {name} of {rule}", partial(platform.events.remove_targets, Rule=rule, Ids=[name]))


def _subscriptions(platform: Platform) -> Iterator[Leftover]:
    topic = topic_arn(platform)
    if topic is None:
        return
    for page in platform.sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic):
        for each in page["Subscriptions"]:
            queue = each["Endpoint"].rpartition(":")[2]
            if each["Protocol"] == "sqs" and queue.startswith(platform.names.verification()):
                arn = each["SubscriptionArn"]
                yield Leftover(f"subscription of {queue}", partial(platform.sns.unsubscribe, SubscriptionArn=arn))


def _queues(platform: Platform) -> Iterator[Leftover]:
    pages = platform.sqs.get_paginator("list_queues").paginate(QueueNamePrefix=platform.names.verification())
    for page in pages:
        for url in page.get("QueueUrls", []):
            name = url.rpartition("/")[2]
            yield Leftover(f"queue {name}", partial(platform.sqs.delete_queue, QueueUrl=url))


def _locks(platform: Platform) -> Iterator[Leftover]:
    bucket = Bucket(platform.s3, platform.names.state_bucket)
    try:
        keys = [stored.key for stored in bucket.list(platform.names.verification())]
    except ClientError as error:
        if not is_absence(error):
            raise
        return
    yield from (Leftover(f"lock {key}", partial(bucket.delete, [key])) for key in keys)
