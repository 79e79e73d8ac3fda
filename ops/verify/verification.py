"""Makes every check, and leaves the account as it was found."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final
from uuid import uuid4

from ops.execution import Watch
from ops.exits import Exit, OpsError
from ops.platform import Platform
from ops.prices import Cost
from ops.services import topic_arn
from ops.verify.alerts import AlertQueue
from ops.verify.checking import outcomes_of
from ops.verify.checks import checks_of
from ops.verify.expenses import measured
from ops.verify.leftovers import remove
from ops.verify.report import Report
from ops.verify.scene import Scene

_TOKEN_LENGTH: Final = 8


def verify(platform: Platform, most_seconds: float, expected: Sequence[Cost], watch: Watch) -> Report:
    """Make every check.

    Raises:
        OpsError: the topic of all failures does not exist.
    """
    began = datetime.now(UTC)
    topic = topic_arn(platform)
    if topic is None:
        message = f"The topic {platform.names.alerts_topic} does not exist."
        raise OpsError(Exit.AWS, message, f"Deploy {platform.names.normalize_stack}, then both stacks' checks can run.")
    remove(platform, began)
    token = uuid4().hex[:_TOKEN_LENGTH]
    deadline = time.monotonic() + most_seconds
    try:
        alerts = AlertQueue.opened(platform, platform.names.verification(token), topic)
        scene = Scene(platform, token, began, deadline, watch, alerts)
        outcomes = outcomes_of(checks_of(platform), scene)
    finally:
        remove(platform, datetime.now(UTC))
    provider = platform.environment.provider
    return Report(
        environment=platform.names.env,
        account=platform.sts.get_caller_identity()["Account"],
        region=provider.region,
        endpoint=platform.s3.meta.endpoint_url if provider.custom_endpoint else "",
        began=began,
        ended=datetime.now(UTC),
        outcomes=outcomes,
        expected=tuple(expected),
        measured=measured(platform, began),
    )
