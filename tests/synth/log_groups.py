"""To which log groups Lambda and Glue write, as AWS's pages say it, from what is deployed.

https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-loggroups.html,
https://docs.aws.amazon.com/glue/latest/dg/monitor-continuous-logging.html.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from tests.synth.synthesized import Stack

_GLUE: Final = "/aws-glue/jobs"
#: What all crawlers of an account share where they have no security configuration, and why it is not declared. The only
#: exception.
SHARED: Final = {
    "/aws-glue/crawlers": "Glue writes the logs of all crawlers here",
}


def written_by(stack: Stack, type_name: str, name: str) -> Iterator[str]:
    """The groups that a function, job or crawler writes to."""
    writer = stack[f"{type_name}.{name}"]
    if type_name == "aws_lambda_function":
        yield f"/aws/lambda/{writer['function_name']}"
    elif type_name == "aws_glue_job":
        yield from _of_job(stack, writer)
    else:
        security, role = _security(stack, writer), _role(stack, writer["role"])
        yield f"/aws-glue/crawlers-role/{role}-{security}" if security else "/aws-glue/crawlers"


def _of_job(stack: Stack, job: dict[str, Any]) -> Iterator[str]:
    arguments, security = job["default_arguments"], _security(stack, job)
    role = _role(stack, job["role_arn"])
    prefix = arguments.get("--custom-logGroup-prefix", _GLUE)
    folder = f"{prefix}/{security}-role/{role}" if security else prefix
    yield from (f"{folder}/{stream}" for stream in ("error", "output"))


def _security(stack: Stack, writer: dict[str, Any]) -> str | None:
    reference = writer.get("security_configuration")
    return stack.resolved(reference) if reference else None


def _role(stack: Stack, reference: str) -> str:
    """A role's name, by a reference to its ARN."""
    return stack.resolved(reference.replace(".arn}", ".name}"))
