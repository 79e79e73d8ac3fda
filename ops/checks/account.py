"""Whose credentials these are, and whether what has to be there before any stack is there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from botocore.exceptions import ClientError

from glue_src.exceptions import TableError
from ops.aws_errors import is_absence
from ops.checks.findings import ATTENTION, OK, WITHOUT_START, Check, Examination, Finding
from ops.services import topic_arn

#: https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-event-notifications-eventbridge.html
_NOT_YET: Final = (
    "; in the first minutes after a deployment it tells nothing, and never makes up for it: ops run then starts ETL-2 "
    "itself, a run by schedule is published by the next one"
)


def credentials(examined: Examination) -> Iterator[Finding]:
    """Say who is asking, and whether the environment allows that account."""
    platform = examined.platform
    caller = platform.sts.get_caller_identity()
    provider = platform.environment.provider
    where = f"region {provider.region}" + (f", {platform.sts.meta.endpoint_url}" if provider.custom_endpoint else "")
    said = f"account {caller['Account']} as {caller['Arn'].rpartition(':')[2]}, {where}"
    if provider.allowed_account_ids and caller["Account"] not in provider.allowed_account_ids:
        allowed = ", ".join(provider.allowed_account_ids)
        yield Finding("credentials", ATTENTION, f"{said}; {examined.env} allows {allowed}", "take that account's")
    else:
        yield Finding("credentials", OK, said)


def state_bucket(examined: Examination) -> Iterator[Finding]:
    """Say whether Terraform's state has a versioned bucket."""
    name, s3 = examined.platform.names.state_bucket, examined.platform.s3
    remedy = f"make bootstrap ENV={examined.env}"
    try:
        versioning = s3.get_bucket_versioning(Bucket=name).get("Status", "off")
    except ClientError as error:
        if not is_absence(error):
            raise
        yield Finding("state bucket", ATTENTION, f"{name} does not exist", remedy)
        return
    if versioning == "Enabled":
        yield Finding("state bucket", OK, f"{name} keeps every version")
    else:
        yield Finding(
            "state bucket", ATTENTION, f"{name}: versioning is {versioning}, damage could not be undone", remedy
        )


def bucket(examined: Examination) -> Iterator[Finding]:
    """Say whether the data's bucket is there and tells EventBridge what arrives."""
    platform = examined.platform
    deploy = platform.deploy
    try:
        told = platform.s3.get_bucket_notification_configuration(Bucket=platform.bucket.name)
    except ClientError as error:
        if not is_absence(error):
            raise
        yield Finding("bucket", ATTENTION, f"{platform.bucket.name} does not exist", deploy)
        return
    if "EventBridgeConfiguration" in told:
        early = "" if _has_run(examined) else _NOT_YET
        yield Finding("bucket", OK, f"{platform.bucket.name} tells EventBridge of arrivals{early}")
    else:
        said = f"{platform.bucket.name} tells EventBridge nothing: ETL-2 never starts"
        yield Finding("bucket", ATTENTION, said, deploy, WITHOUT_START)


def _has_run(examined: Examination) -> bool:
    """Tell whether a run is in the tables; without tables there is none."""
    try:
        return examined.recorded is not None
    except TableError:
        return False


def alerts(examined: Examination) -> Iterator[Finding]:
    """Say whether anybody hears of failures."""
    platform = examined.platform
    name, arn = platform.names.alerts_topic, topic_arn(platform)
    if arn is None:
        deploy = platform.deploy
        yield Finding("alerts", ATTENTION, f"the topic {name} does not exist: failures are told to nobody", deploy)
        return
    subscriptions = platform.sns.list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"]
    heard = [each for each in subscriptions if each["SubscriptionArn"] != "PendingConfirmation"]
    if heard:
        yield Finding("alerts", OK, f"{len(heard)} subscribed to {name}")
    elif platform.environment.notification_emails:
        yield Finding(
            "alerts", ATTENTION, f"nobody has confirmed a subscription to {name}", "follow the link in AWS's e-mail"
        )
    else:
        yield Finding("alerts", OK, f"{name} has no subscriber, and envs/ names none (notification_emails)")


def failure_rules(examined: Examination) -> Iterator[Finding]:
    """Say whether what Glue announces of failures is passed on to the topic."""
    platform, names = examined.platform, examined.platform.names
    wanted = [names.crawler_failed_rule]
    wanted += [names.job_failed_rule, names.slow_job_rule] if platform.by_spark else []
    wanted += [names.normalize_job_failed_rule, names.normalize_slow_job_rule] if platform.by_glue else []
    silent = False
    for name in wanted:
        try:
            state = str(platform.events.describe_rule(Name=name).get("State", ""))
        except ClientError as error:
            if not is_absence(error):
                raise
            state = ""
        if not state.startswith("ENABLED"):
            silent = True
            said = f"{name} {f'is {state}' if state else 'does not exist'}: what it tells of is told to nobody"
            remedy = f"aws events enable-rule --name {name}" if state else platform.deploy
            yield Finding("failure rules", ATTENTION, said, remedy)
    if not silent:
        yield Finding("failure rules", OK, f"{len(wanted)} pass on to {names.alerts_topic} what Glue says of failures")


CHECKS = (
    Check("credentials", (), credentials),
    Check("state bucket", ("Terraform refuses, or its state is locked or damaged",), state_bucket),
    Check("bucket", (), bucket, urgent=True),
    Check("alerts", (), alerts),
    Check("failure rules", ("A failure went unreported",), failure_rules),
)
