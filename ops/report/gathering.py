"""Gathers one day's facts: run summaries of the clean zone, rows of the curated tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from botocore.exceptions import ClientError

from contract.datasets import DATA_QUALITY, Dataset
from contract.layout import run_instant
from contract.runs import RunSummary
from contract.zones import zone
from glue_src.exceptions import IncompleteRunError
from ops.checks.findings import Examination
from ops.doctor import URGENT, examine
from ops.lake import open_table, rows
from ops.platform import Platform
from ops.prices import LIST_PRICES
from ops.report.cost import costs
from ops.report.facts import Check, DayFacts, State
from ops.report.own import Part
from ops.report.registry import own_report
from ops.report.tables import CuratedTable
from ops.report.window import Window

#: The report's day, and so many days with runs before it.
HISTORY_DAYS: Final = 14
_PASSED: Final = "passed"


class ReportError(Exception):
    """There is no report to be made; the message says why and what to do."""


def gather(platform: Platform, day: date | None, now: datetime) -> DayFacts:
    """Return all facts of a day, or of the newest run's.

    Raises:
        ReportError: the bucket or the day's run is missing, or ETL-2 is publishing at this moment.
        TableError: a table cannot be read.
    """
    examined = Examination(platform, now)
    listed = _listed_runs(examined)
    day = day or next(iter(listed), None)
    if day not in listed:
        raise ReportError(_no_run(platform, day, listed))
    return _Gathering(examined, listed, day).facts()


@dataclass(frozen=True)
class _Gathering:
    examined: Examination
    listed: Mapping[date, Sequence[str]]
    day: date

    @property
    def platform(self) -> Platform:
        return self.examined.platform

    def facts(self) -> DayFacts:
        listed = self.listed
        history = [each for each in sorted(listed) if each <= self.day][-HISTORY_DAYS:]
        runs = {each: run for each in history if (run := self._newest_complete_run(each, listed[each]))}
        if self.day not in runs:
            message = (
                f"{self.day} has {len(listed[self.day])} runs, and none is complete: "
                f"{self.platform.command('status')} says why."
            )
            raise ReportError(message)
        run, environment = runs[self.day], self.platform.environment
        checks = self._checks(run.run_id)
        found = examine(self.examined, URGENT) if self.day == max(listed) else None
        return DayFacts(
            environment=environment.name,
            language=environment.report.language,
            contract=environment.contract,
            day=self.day,
            made_at=self.examined.now,
            runs=tuple(runs.values()),
            runs_of_day=len(listed[self.day]),
            days_without_run=tuple(each for each in history if each not in runs),
            state=self._state(run, checks),
            checks=checks,
            part=self._part(run),
            costs=costs(run, environment.normalize, self._written_bytes(run), LIST_PRICES),
            matters=found.matters if found else (),
            lateness=found.lateness if found else None,
        )

    def _newest_complete_run(self, day: date, run_ids: Sequence[str]) -> RunSummary | None:
        """Return the first complete run of ``run_ids`` (newest first), as ETL-2 would take it."""
        for run_id in run_ids:
            try:
                return self.platform.clean_zone.complete_run(day, run_id)
            except IncompleteRunError:
                continue
        return None

    def _checks(self, run_id: str) -> tuple[Check, ...]:
        found = rows(open_table(self.platform, DATA_QUALITY), DATA_QUALITY.column_names, f"run_id = '{run_id}'")
        return tuple(
            Check(
                run_id=row["run_id"],
                dataset=row["dataset"],
                name=row["check_name"],
                passed=row["outcome"] == _PASSED,
                rows_checked=row["rows_checked"],
                rows_failed=row["rows_failed"],
                allowed_ratio=row["allowed_ratio"],
                checked_at=row["checked_at"].replace(tzinfo=UTC),
            )
            for row in found
        )

    def _state(self, run: RunSummary, checks: Sequence[Check]) -> State:
        if any(row.run_id == run.run_id for row in self.examined.recorded_rows):
            return State.PUBLISHED
        if any(not check.passed for check in checks):
            return State.QUARANTINED
        recorded = self.examined.recorded
        is_older = recorded is not None and recorded.run_id > run.run_id
        return State.OVERTAKEN if is_older else State.WAITING

    def _part(self, run: RunSummary) -> Part | None:
        own, recorded = own_report(self.platform.environment.contract), self.examined.recorded
        if own is None or recorded is None:
            return None
        tables = {dataset: CuratedTable(open_table(self.platform, dataset)) for dataset in own.datasets}
        if recorded.run_id == run.run_id:
            _compare_rows(run, tables, self.platform.command("doctor"))
        try:
            return own.make(
                tables, Window(self.day, zone(run.time_zone), run_instant(recorded.run_id)), recorded.run_id
            )
        except Exception:
            for failure in (failure for table in tables.values() for failure in table.failures):
                raise failure from None
            raise

    def _written_bytes(self, run: RunSummary) -> int:
        """Return the bytes of the run's clean objects, and of the data files that ETL-2 added for it."""
        in_tables = sum(row.bytes_written for row in self.examined.recorded_rows if row.run_id == run.run_id)
        return sum(written.bytes for written in run.objects) + in_tables


def _listed_runs(examined: Examination) -> dict[date, list[str]]:
    """Return the ids of each day's runs, newest run first; the newest run's day comes first, too."""
    by_day: defaultdict[date, list[str]] = defaultdict(list)
    try:
        for run in examined.listed:
            by_day[run.day].append(run.run_id)
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchBucket":
            raise
        env, bucket = examined.platform.names.env, examined.platform.bucket.name
        message = (
            f"The bucket {bucket} does not exist: deploy cat-{env}-normalize, or take the credentials of "
            f"{env}'s account."
        )
        raise ReportError(message) from error
    return dict(by_day)


def _compare_rows(run: RunSummary, tables: Mapping[Dataset, CuratedTable], doctor: str) -> None:
    """Make sure that the tables are of this run: they are committed to one after the other."""
    differing = [dataset.name for dataset, table in tables.items() if table.rows != run.rows_of(dataset.name)]
    if differing:
        message = (
            f"The tables {', '.join(differing)} have not the rows that run {run.run_id} wrote. ETL-2 is publishing, or "
            f"a table was rolled back: repeat in a few minutes, or see {doctor}."
        )
        raise ReportError(message)


def _no_run(platform: Platform, day: date | None, listed: Mapping[date, object]) -> str:
    """Say that a day has no run, and which days around it have one."""
    bucket, days = platform.bucket.name, sorted(listed)
    if day is None or not days:
        return f"There is no run in {bucket} yet: {platform.command('run')} makes one."
    before = [each for each in days if each < day][-1:]
    after = [each for each in days if each > day][:1]
    nearest = " and ".join(map(str, [*before, *after]))
    return f"{day} has no run in {bucket}. The nearest days that have one: {nearest}."
