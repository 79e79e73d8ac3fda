"""Checks a whole environment before any construct is made, and reports all faults together (docs/adr/0003)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from contract.column_history import history_faults, read_history
from contract.layout import ARTIFACTS_PREFIX, PRIVACY_PREFIX
from contract.nearest import did_you_mean
from contract.settings import MOST_SPARK_TASKS
from envs.cron import longest_gap
from envs.drift import LEFT_OUT, REPEATED, SKIPPED, drifts
from envs.retention import RETENTION_SETTINGS, retention_faults
from envs.rules import MOST_ALARM_HOURS
from envs.schema import GLUE_ENGINE, Environment
from envs.tag_names import MOST_OBJECT_TAGS, OF_OBJECTS, Tag

#: The parts of the bucket that are named by a setting, ``etl.<zone>_prefix``.
ZONES = ("clean", "curated", "pseudonymous", "restricted", "athena_results")


class ConfigurationError(ValueError):
    """The configuration breaks rules; the message lists every fault with value, rule and remedy."""


def _schedule_has_expression(environment: Environment) -> Iterator[str]:
    schedule = environment.normalize.schedule
    if schedule.enabled and schedule.cron_expression is None:
        yield (
            "normalize.schedule.cron_expression = None: an enabled schedule needs an expression; "
            "give one, as in cron(30 4 * * ? *), or set enabled to False"
        )


def _schedule_keeps_business_days(environment: Environment) -> Iterator[str]:
    schedule, business = environment.normalize.schedule, environment.normalize.extract.time_zone
    if not schedule.enabled or schedule.cron_expression is None:
        return
    found = drifts(schedule.cron_expression, schedule.time_zone, business, datetime.now(UTC).date())
    for at in sorted({drift.at for drift in found}):
        left_out, *drifted = (
            ", ".join(drift.day.isoformat() for drift in found if (drift.kind, drift.at) == (kind, at))
            for kind in (LEFT_OUT, SKIPPED, REPEATED)
        )
        if left_out:
            yield (
                f"normalize.schedule.cron_expression = {schedule.cron_expression!r}: no run would make the business "
                f"day {left_out}, for Scheduler leaves {at:%H:%M} out when clocks in {schedule.time_zone!r} go "
                "forward; choose another hour"
            )
        what = ("skip the business day {}", "make the business day {} twice")
        said = [text.format(days) for text, days in zip(what, drifted, strict=True) if days]
        if said:
            yield (
                f"normalize.schedule.time_zone = {schedule.time_zone!r}: against normalize.extract.time_zone, "
                f"{business!r}, the run due at {at:%H:%M} would {' and '.join(said)}; set it to {business!r}, "
                "and write normalize.schedule.cron_expression in that zone's time"
            )


def _freshness_outlasts_the_schedule(environment: Environment) -> Iterator[str]:
    hours, cron = environment.freshness_hours, environment.normalize.schedule.cron_expression
    gap = longest_gap(cron, datetime.now(UTC).date()) if hours is not None and cron is not None else None
    # Where runs lie further apart than CloudWatch looks back, nothing longer can be set.
    if gap is not None and hours is not None and timedelta(hours=hours) <= gap and hours < MOST_ALARM_HOURS:
        enough = min(gap // timedelta(hours=1) + 2, MOST_ALARM_HOURS)
        yield (
            f"alarms.freshness_hours = {hours}: must be longer than the time between two runs and one run, and "
            f"normalize.schedule.cron_expression = {cron!r} leaves {gap / timedelta(hours=1):g} hours between two; "
            f"set it to {enough}, or have it run more often"
        )


def _guarded_data_stays(environment: Environment) -> Iterator[str]:
    if environment.deletion_guarded and environment.empty_on_destroy:
        yield (
            "empty_on_destroy = True: must be False while deletion_guarded is True, for guarded data is not emptied; "
            "set one of them to False"
        )


def _stacks_share_the_bucket(environment: Environment) -> Iterator[str]:
    written, read = environment.normalize.s3_bucket_name, environment.etl.data_bucket_name
    if written != read:
        yield (
            f"etl.data_bucket_name = {read!r}: must be the bucket that ETL-1 writes, {written!r}; "
            "give both settings the same name"
        )


def _prefixes_are_apart(environment: Environment) -> Iterator[str]:
    prefixes = {f"etl.{zone}_prefix": getattr(environment.etl, f"{zone}_prefix") for zone in ZONES}
    prefixes |= {"the artifacts' prefix": ARTIFACTS_PREFIX, "the prefix of erasures": PRIVACY_PREFIX}
    for name, prefix in prefixes.items():
        for other_name, other in prefixes.items():
            if name != other_name and prefix.startswith(other) and (prefix != other or name < other_name):
                yield f"{name} = {prefix!r}: must not overlap {other_name}, {other!r}; choose folders apart"


def _spark_tasks_fit_the_driver(environment: Environment) -> Iterator[str]:
    extract = environment.normalize.extract
    if extract.engine == GLUE_ENGINE and (extract.scan_segments or 0) > MOST_SPARK_TASKS:
        yield (
            f"normalize.extract.scan_segments = {extract.scan_segments}: must be at most {MOST_SPARK_TASKS} with the "
            "Glue engine, whose driver holds what every task leaves over; lower it, or give None to have it chosen"
        )


def _exclusion_rules_are_told_apart(environment: Environment) -> Iterator[str]:
    names = [rule.name for rule in environment.normalize.extract.exclusion_rules]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield (
            f"normalize.extract.exclusion_rules: the name {name!r} is used {names.count(name)} times; "
            "the run summary counts by name, so give each rule its own"
        )


def _exclusion_rules_name_keys(environment: Environment) -> Iterator[str]:
    contract = environment.contract
    # A key may be an alias, too.
    known = tuple(dict.fromkeys((*contract.key_attributes, *contract.aliases)))
    for index, rule in enumerate(environment.normalize.extract.exclusion_rules):
        if rule.attribute not in known:
            yield (
                f"normalize.extract.exclusion_rules.{index}.attribute = {rule.attribute!r}: contract {contract.name!r} "
                f"has {', '.join(known)}; choose one of its keys and aliases{did_you_mean(rule.attribute, known)}"
            )


def _tags_fit_an_object(environment: Environment) -> Iterator[str]:
    added = sorted(environment.tags.keys() - set(Tag))
    surplus = len(OF_OBJECTS) + len(added) - MOST_OBJECT_TAGS
    if surplus > 0:
        yield (
            f"tags: an object in S3 carries at most {MOST_OBJECT_TAGS} tags, of which {len(OF_OBJECTS)} are the "
            f"platform's own; take away {surplus} of {', '.join(added)}"
        )


def _columns_keep_their_history(environment: Environment) -> Iterator[str]:
    for fault in history_faults(environment.contract, read_history()):
        yield f"contract_name = {environment.contract_name!r}: {fault}"


#: Each rule, with the settings that must be sound in themselves before the rule can be asked.
_CROSS_RULES: tuple[tuple[Callable[[Environment], Iterator[str]], tuple[str, ...]], ...] = (
    (_schedule_has_expression, ("normalize.schedule",)),
    (_schedule_keeps_business_days, ("normalize.schedule", "normalize.extract.time_zone")),
    (_freshness_outlasts_the_schedule, ("normalize.schedule", "alarms.freshness_hours")),
    (_guarded_data_stays, ("deletion_guarded", "empty_on_destroy")),
    (_stacks_share_the_bucket, ("normalize.s3_bucket_name", "etl.data_bucket_name")),
    (_prefixes_are_apart, tuple(f"etl.{zone}_prefix" for zone in ZONES)),
    (_spark_tasks_fit_the_driver, ("normalize.extract.engine", "normalize.extract.scan_segments")),
    (_exclusion_rules_are_told_apart, ("normalize.extract.exclusion_rules",)),
    (_exclusion_rules_name_keys, ("contract_name", "normalize.extract.exclusion_rules")),
    (_columns_keep_their_history, ("contract_name",)),
    (_tags_fit_an_object, ("tags",)),
    (retention_faults, RETENTION_SETTINGS),
)


@cache
def _adapter() -> TypeAdapter[Environment]:
    """Return pydantic's reading of all settings: making it takes longer than all else that a command loads of envs."""
    return TypeAdapter(Environment)


def validated(environment: Environment) -> Environment:
    """Return ``environment`` as it is, once every rule has been checked.

    Raises:
        ConfigurationError: one or more settings break a rule; all of them are listed.
    """
    faults = _faults(environment)
    if faults:
        lines = "\n".join(f"  - {fault}" for fault in faults)
        message = f"environment {environment.name!r} has {len(faults)} faulty settings:\n{lines}"
        raise ConfigurationError(message)
    return environment


def _faults(environment: Environment) -> list[str]:
    field_faults = list(_field_faults(environment))
    faults = [fault for _, fault in field_faults]
    for rule, settings in _CROSS_RULES:
        if not any(_touches(path, setting) for path, _ in field_faults for setting in settings):
            faults.extend(rule(environment))
    return faults


def _touches(path: str, setting: str) -> bool:
    """Whether a fault at ``path`` lies in ``setting`` or in a group of settings that holds it."""
    return f"{path}.".startswith(f"{setting}.") or f"{setting}.".startswith(f"{path}.")


def _field_faults(environment: Environment) -> Iterator[tuple[str, str]]:
    try:
        _adapter().validate_python(environment)
    except ValidationError as error:
        for fault in error.errors(include_url=False):
            path = ".".join(str(part) for part in fault["loc"] if not _is_type_label(part))
            yield path, f"{path} = {fault['input']!r}: {_said(fault)}"


def _is_type_label(part: int | str) -> bool:
    # pydantic adds the name of the tried type to the location inside unions; no setting's name holds these signs.
    return isinstance(part, str) and not part.replace("_", "").isalnum()


def _said(fault: Any) -> str:
    return str(fault["msg"]).removeprefix("Value error, ")
