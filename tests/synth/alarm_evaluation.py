"""Alarms as CloudWatch evaluates them, over recorded data: for what the emulator leaves out.

After https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html. How many periods more than
those of the alarm CloudWatch looks back, in case some are missing, it does not say: ``extra``, 2 in its own examples.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

HOUR = 3600
_DAY = 24 * HOUR
_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": lambda value, threshold: value >= threshold,
    "GreaterThanThreshold": lambda value, threshold: value > threshold,
    "LessThanThreshold": lambda value, threshold: value < threshold,
}
_STATISTICS: dict[str, Callable[[Sequence[float]], float]] = {"Sum": sum, "Maximum": max}


@dataclass(frozen=True)
class Sample:
    """A value that was sent. ``at`` is its own time in seconds, ``seen`` when CloudWatch has it, if that is later."""

    metric: str
    at: float
    value: float
    dimensions: Mapping[str, str]
    seen: float | None = None


def state(alarm: Mapping[str, Any], samples: Iterable[Sample], now: float, extra: int = 2) -> str:
    """Return the state of an alarm, given by its arguments in Terraform, at a time in seconds."""
    period, periods = alarm["period"], alarm["evaluation_periods"]
    # One that looks back for more than a day is evaluated each hour, with what there was when the hour began.
    end = now // HOUR * HOUR if period * periods > _DAY else now
    known = [
        sample
        for sample in samples
        if sample.metric == alarm["metric_name"]
        and sample.dimensions == alarm["dimensions"]
        and max(sample.at, sample.seen or 0) <= end
    ]
    values = [_value(alarm, known, end - (back + 1) * period, end - back * period) for back in range(periods + extra)]
    return state_of(alarm, values)


def _value(alarm: Mapping[str, Any], samples: Iterable[Sample], begin: float, end: float) -> float | None:
    found = [sample.value for sample in samples if begin < sample.at <= end]
    return _STATISTICS[alarm["statistic"]](found) if found else None


def state_of(alarm: Mapping[str, Any], values: Sequence[float | None]) -> str:
    """Return the state by the values of all periods that are looked at, newest first, None where there are none."""
    periods = alarm["evaluation_periods"]
    compare = _COMPARISONS[alarm["comparison_operator"]]
    # All real values count, even older ones; only what then lacks is filled in.
    breaches = [compare(value, alarm["threshold"]) for value in values if value is not None][:periods]
    breaches += [alarm["treat_missing_data"] == "breaching"] * (periods - len(breaches))
    return "ALARM" if sum(breaches) >= alarm.get("datapoints_to_alarm", periods) else "OK"
