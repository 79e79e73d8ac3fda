"""What AWS says of the crawler, the alarms and the dead-letter queues."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ops.platform import Platform

ALARM: Final = "ALARM"


@dataclass(frozen=True)
class CrawlerState:
    """The crawler: READY or at work, and how its last crawl went; empty where it has never crawled."""

    name: str
    state: str
    last_status: str
    last_started_at: datetime | None
    error: str


@dataclass(frozen=True)
class AlarmState:
    """One alarm: OK, ALARM or INSUFFICIENT_DATA, since when, and why."""

    name: str
    state: str
    since: datetime | None
    reason: str


@dataclass(frozen=True)
class QueueState:
    """A queue of what could not be delivered, and how many messages it holds."""

    name: str
    messages: int


def crawler_state(platform: Platform) -> CrawlerState:
    """Return what the crawler does, and did last."""
    crawler = platform.glue.get_crawler(Name=platform.names.crawler)["Crawler"]
    last = crawler.get("LastCrawl") or {}
    started = last.get("StartTime")
    return CrawlerState(
        platform.names.crawler,
        str(crawler.get("State", "")),
        str(last.get("Status", "")),
        started.astimezone(timezone.utc) if started else None,
        last.get("ErrorMessage", ""),
    )


def alarm_names(platform: Platform) -> list[str]:
    """Return the alarms that the environment has."""
    names = platform.names
    scheduled = platform.environment.normalize.schedule.enabled
    own = [names.normalize_dead_letters_alarm] if scheduled else []
    return [*own, names.etl_dead_letters_alarm, names.data_checks_alarm]


def alarm_states(platform: Platform) -> tuple[AlarmState, ...]:
    """Return the state of each alarm; MISSING for one that is not there."""
    wanted = alarm_names(platform)
    answer = platform.cloudwatch.describe_alarms(AlarmNames=wanted)
    found = {alarm["AlarmName"]: alarm for alarm in answer["MetricAlarms"]}
    states = []
    for name in wanted:
        alarm = found.get(name)
        if alarm is None:
            states.append(AlarmState(name, "MISSING", None, "the alarm does not exist"))
            continue
        since = alarm.get("StateUpdatedTimestamp")
        told = since.astimezone(timezone.utc) if since else None
        states.append(AlarmState(name, str(alarm["StateValue"]), told, alarm.get("StateReason", "")))
    return tuple(states)


def queue_names(platform: Platform) -> list[str]:
    """Return the dead-letter queues that the environment has: ETL-1's only where it has a schedule."""
    names = platform.names
    scheduled = platform.environment.normalize.schedule.enabled
    return [*([names.normalize_dead_letters] if scheduled else []), names.etl_dead_letters]


def queue_states(platform: Platform) -> tuple[QueueState, ...]:
    """Return how many messages each dead-letter queue holds, those that somebody is looking at included."""
    states = []
    for name in queue_names(platform):
        url = platform.sqs.get_queue_url(QueueName=name)["QueueUrl"]
        found = platform.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        hidden = found.get("ApproximateNumberOfMessagesNotVisible", "0")
        states.append(QueueState(name, int(found.get("ApproximateNumberOfMessages", "0")) + int(hidden)))
    return tuple(states)
