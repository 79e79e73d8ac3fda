"""An arrival that cannot be delivered has to lie in the dead-letter queue, and its alarm has to go off.

The deployed rule gets a second target for a while, a queue that does not exist. EventBridge does not try again what has
no target; it puts it into the dead-letter queue at once, if the queue's policy lets the rule do so.
"""

from __future__ import annotations

import json
import time
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from ops import dead_letters
from ops.dead_letters import DeadLetter
from ops.platform import Platform
from ops.services import ALARM, alarm_states, queue_states
from ops.verify.checking import Check
from ops.verify.outcomes import DisprovedError, NotSeenError
from ops.verify.scene import Scene

if TYPE_CHECKING:
    from mypy_boto3_events.type_defs import TargetTypeDef

#: In seconds. What is looked at is hidden for so long from others who look, and from the alarm's metric.
_HIDDEN_SECONDS: Final = 20
_POLL_SECONDS: Final = 5.0
#: For so long after two nights the dead letter of the first one's arrival is still waited for.
_LETTER_SECONDS: Final = 30.0
#: In seconds: the least that EventBridge accepts.
_LEAST_EVENT_AGE: Final = 60


def undeliverable(name: str, dead_letters_arn: str) -> TargetTypeDef:
    """Return a target that does not exist, beside the dead-letter queue that takes what is meant for it."""
    return {
        "Id": name,
        "Arn": f"{dead_letters_arn.rpartition(':')[0]}:{name}-nowhere",
        "DeadLetterConfig": {"Arn": dead_letters_arn},
        "RetryPolicy": {"MaximumRetryAttempts": 0, "MaximumEventAgeInSeconds": _LEAST_EVENT_AGE},
    }


def own_dead_letters(platform: Platform, name: str, now: datetime) -> list[DeadLetter]:
    """Return the dead letters of targets whose names begin so; all others are there for everybody again."""
    received = dead_letters.receive(platform, now, _HIDDEN_SECONDS)
    own = [letter for letter in received if letter.target.rpartition(":")[2].startswith(name)]
    dead_letters.put_back(platform, [letter for letter in received if letter not in own])
    return own


def tells_of_alarm(text: str, alarm: str) -> bool:
    """Tell whether a message is CloudWatch's, that this alarm went off."""
    try:
        told: Any = json.loads(text)
    except json.JSONDecodeError:
        return False
    return isinstance(told, dict) and (told.get("AlarmName"), told.get("NewStateValue")) == (alarm, ALARM)


def check(platform: Platform) -> Check:
    """Return the check."""
    names = platform.names
    return Check(
        name="an arrival is undeliverable",
        proves=f"What {names.arrival_rule} cannot deliver is kept in {names.etl_dead_letters}, and its alarm tells.",
        look=_look,
        begin=_begin,
    )


def _begin(scene: Scene) -> None:
    """Add the target.

    Raises:
        DisprovedError: the alarm is on already, or EventBridge refuses the target.
    """
    platform, names = scene.platform, scene.platform.names
    alarm = names.etl_alarm("dead-letters")
    if any(state.name == alarm and state.state == ALARM for state in alarm_states(platform)):
        message = f"{alarm} is on already, so it cannot go off: settle what is there with ops redrive, and repeat"
        raise DisprovedError(message)
    # SQS measures only queues that somebody has asked for something within six hours: this is asking.
    url = platform.sqs.get_queue_url(QueueName=names.etl_dead_letters)["QueueUrl"]
    arn = platform.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    answer = platform.events.put_targets(Rule=names.arrival_rule, Targets=[undeliverable(scene.name, arn)])
    if answer["FailedEntryCount"]:
        message = f"{names.arrival_rule} takes no further target: {answer['FailedEntries']}"
        raise DisprovedError(message)


def _look(scene: Scene) -> str:
    names = scene.platform.names
    scene.published_night()
    _await_letter(scene)
    alarm = names.etl_alarm("dead-letters")
    scene.alerts.wait(f"the alarm {alarm}", lambda text: tells_of_alarm(text, alarm), scene.patience, scene.watch)
    own = own_dead_letters(scene.platform, scene.name, scene.began)
    dead_letters.put_back(scene.platform, own)
    if not own:
        message = f"{alarm} went off, but no dead letter is of the target that cannot be reached"
        raise DisprovedError(message)
    return f"the arrival lies in {names.etl_dead_letters} ({own[0].reason}), {alarm} went off, the topic said so"


def _await_letter(scene: Scene) -> None:
    seconds = min(scene.left, _LETTER_SECONDS)
    deadline = time.monotonic() + seconds
    queue = scene.platform.names.etl_dead_letters
    while not any(state.messages for state in queue_states(scene.platform) if state.name == queue):
        if time.monotonic() > deadline:
            message = f"{queue} is empty {seconds:.0f} s after two nights whose arrivals could not be delivered"
            raise NotSeenError(message)
        scene.watch.beat(f"{queue} is to get a dead letter")
        time.sleep(_POLL_SECONDS)
