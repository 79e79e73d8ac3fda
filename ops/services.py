"""What AWS says of the crawler, the alarms and the dead-letter queues."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from ops.platform import Platform

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch.type_defs import MetricAlarmTypeDef

#: https://docs.aws.amazon.com/glue/latest/webapi/API_LastCrawlInfo.html
FAILED_CRAWL: Final = "FAILED"
ALARM: Final = "ALARM"
MISSING: Final = "MISSING"


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
    """One alarm: OK, ALARM, INSUFFICIENT_DATA or MISSING, since when and why; ``meaning`` is its own description."""

    name: str
    state: str
    since: datetime | None
    reason: str
    meaning: str


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
        started.astimezone(UTC) if started else None,
        last.get("ErrorMessage", ""),
    )


def wanted_alarms(platform: Platform) -> list[str]:
    """Return the alarms without which trouble would go unnoticed, whatever the engines."""
    names = platform.names
    scheduled = platform.environment.normalize.schedule.enabled
    about_etl1 = ("undelivered-alerts", *(("dead-letters", "freshness") if scheduled else ()))
    own = [names.normalize_alarm(about) for about in about_etl1]
    of_tables = ("dead-letters", "lost-events", "data-checks", *(("freshness",) if scheduled else ()))
    return [*own, *(names.etl_alarm(about) for about in of_tables)]


def alarm_states(platform: Platform) -> tuple[AlarmState, ...]:
    """Return the state of each of the stacks' alarms, by name; MISSING for one that has to be there and is not."""
    found = {}
    for stack in (platform.names.normalize_stack, platform.names.etl_stack):
        for page in platform.cloudwatch.get_paginator("describe_alarms").paginate(AlarmNamePrefix=f"{stack}-"):
            found.update({alarm["AlarmName"]: _alarm(alarm) for alarm in page["MetricAlarms"]})
    missing = [name for name in wanted_alarms(platform) if name not in found]
    found.update({name: AlarmState(name, MISSING, None, "the alarm does not exist", "") for name in missing})
    return tuple(found[name] for name in sorted(found))


def _alarm(alarm: MetricAlarmTypeDef) -> AlarmState:
    since = alarm.get("StateUpdatedTimestamp")
    told = since.astimezone(UTC) if since else None
    meaning = alarm.get("AlarmDescription", "")
    return AlarmState(alarm["AlarmName"], str(alarm["StateValue"]), told, alarm.get("StateReason", ""), meaning)


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


def topic_arn(platform: Platform) -> str | None:
    """Return the ARN of the topic of all failures, or None where it does not exist."""
    for page in platform.sns.get_paginator("list_topics").paginate():
        for topic in page["Topics"]:
            if topic["TopicArn"].rpartition(":")[2] == platform.names.alerts_topic:
                return topic["TopicArn"]
    return None
