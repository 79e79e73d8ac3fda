"""The words in which a fault is told: what goes wrong, how it is made, and how the run must end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tests.faults.proxy import ANY_OPERATION, Exchange, Rule

DYNAMODB: Final = "dynamodb"
S3: Final = "s3"
SERVICE_NAMES: Final = {DYNAMODB: "DynamoDB", S3: "S3"}

#: The source tables that cases choose from.
SAMPLE: Final = "sample"
"""Every shape of item, on several Scan pages."""
LARGE: Final = "large"
"""The sample and more long conversations: messages.csv takes two parts."""

#: microburst 0.10 takes a part for an object. Its rules for parts strike the run's summary too, which comes after them.
_MISTAKEN: Final = {"UploadPart": "PutObject"}


@dataclass(frozen=True)
class ByMicroburst:
    """A rule of microburst: ``effect`` strikes the first ``times`` requests (None: all) of an operation (None: any)."""

    service: str
    operation: str | None
    effect: Mapping[str, Any]
    #: What the effect is, to follow the operation's name.
    text: str
    times: int | None = None

    @property
    def rule(self) -> dict[str, Any]:
        """The rule in microburst's own language."""
        operation = _MISTAKEN.get(self.operation, self.operation) if self.operation else None
        rule = {"service": self.service, "operation": operation, "times": self.times, **self.effect}
        return {name: value for name, value in rule.items() if value is not None}

    @property
    def made(self) -> str:
        """How the fault is made, for a reader."""
        what = self.operation or f"every request to {SERVICE_NAMES[self.service]}"
        return f"microburst: {what} {self.text}{_how_often(self.times)}"


@dataclass(frozen=True)
class ByProxy:
    """A rule of our own proxy."""

    operation: str
    action: Callable[[Exchange], None]
    #: What the action is, to follow the operation's name.
    text: str
    first: int = 1
    times: int | None = 1

    @property
    def rule(self) -> Rule:
        """The rule for the proxy."""
        return Rule(self.operation, self.action, self.first, self.times)

    @property
    def made(self) -> str:
        """How the fault is made, for a reader."""
        operation = "request" if self.operation == ANY_OPERATION else self.operation
        if self.times == 1:
            return f"proxy: the {ordinal(self.first)} {operation} {self.text}"
        since = "" if self.first == 1 else f" from the {ordinal(self.first)} on"
        return f"proxy: {operation} {self.text}{since}{_how_often(self.times)}"


def error(service: str, operation: str | None, code: str, status: int, times: int | None = None) -> ByMicroburst:
    """Let AWS answer with an error."""
    return ByMicroburst(
        service, operation, {"error": {"code": code, "status": status}}, f"answers {status} {code}", times
    )


AGAIN: Final = "The SDK asks again"


@dataclass(frozen=True)
class Published:
    """The run is published whole, in spite of the fault; ``how`` says what makes that so.

    Its summary counts the Scan requests that were repeated, and those that were refused for their rate.
    """

    how: str = AGAIN
    retried: int = 0
    throttled: int = 0


@dataclass(frozen=True)
class Raised:
    """The run raises, and nothing of it stays.

    The message names what failed, with ``{table}`` and ``{bucket}`` to be filled in, and the remedy. Where even the
    clean-up is refused (not ``cleaned``), what is left is as after a kill, and the message says so.
    """

    error: str
    names: tuple[str, ...]
    remedy: str
    cleaned: bool = True


@dataclass(frozen=True)
class Killed:
    """The process is killed. ``committed`` tells whether the run is whole by then; None where it may be either."""

    committed: bool | None


End = Published | Raised | Killed

TIME_IS_OVER: Final = Raised(
    "DeadlineExceededError", ("nothing is published",), "Raise the function's timeout (at most 900 s) or memory_size"
)
#: An effect of microburst, and its text.
SILENCE: Final = ({"timeout_ms": 300_000}, "is not answered for 300 s")


@dataclass(frozen=True, kw_only=True)
class Case:
    """One fault, how it is made and how the run must end."""

    id: str
    #: What goes wrong, as an on-call engineer would say it.
    fault: str
    made_by: tuple[ByMicroburst | ByProxy, ...]
    end: End
    table: str = SAMPLE
    segments: str = "2"
    #: How many processes read the table: as many as the function has processors.
    processes: int = 1
    #: With the first request of this operation, nearly all of the function's time is over.
    time_is_up_at: str | None = None
    #: Environment variables that this case sets otherwise, and how that is told.
    environment: Mapping[str, str] = field(default_factory=dict)
    environment_text: str = ""
    #: Mostly waiting, for the SDK's backoff: such cases run all at once, beside the others.
    waits: bool = False

    @property
    def made(self) -> str:
        """How the fault is made, for a reader."""
        return "; ".join([*(fault.made for fault in self.made_by), *filter(None, [self.environment_text])])


def ordinal(number: int) -> str:
    """Return ``1st`` for 1."""
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number, 'th') }"


def _how_often(times: int | None) -> str:
    return {None: ", for ever", 1: ", once"}.get(times, f", {times} times")
