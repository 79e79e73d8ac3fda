"""Gathers one day's facts from the bucket: run summaries of the clean zone, tables of the curated zone. S3 only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from botocore.exceptions import ClientError

from glue_src.clean_zone import CleanZone
from glue_src.exceptions import IncompleteRunError
from glue_src.storage import Bucket
from modules.contract.layout import partition_prefix
from ops.prices import LIST_PRICES
from reports.cost import costs
from reports.errors import ReportError
from reports.facts import Check, DayFacts, State
from reports.registry import own_report
from reports.tables import checks_of_run, curated_table
from reports.window import Window

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from mypy_boto3_s3 import S3Client

    from envs.schema import Environment
    from modules.contract.datasets import Dataset
    from modules.contract.runs import RunSummary
    from modules.contract.source import SourceContract
    from reports.own import Part
    from reports.tables import CuratedTable

#: The report's day, and so many days with runs before it.
HISTORY_DAYS: Final = 14
_PASSED: Final = "passed"


def gather(s3: S3Client, environment: Environment, day: date, now: datetime) -> DayFacts:
    """Return all facts of a day.

    Raises:
        ReportError: the bucket or the day's run is missing, or ETL-2 is replacing the day at this moment.
    """
    return _Gathering(s3, environment, day).facts(now)


@dataclass(frozen=True)
class _Gathering:
    s3: S3Client
    environment: Environment
    day: date

    @property
    def _bucket(self) -> Bucket:
        return Bucket(self.s3, self.environment.etl.data_bucket_name)

    @property
    def _contract(self) -> SourceContract:
        return self.environment.contract

    @property
    def _zone(self) -> CleanZone:
        return CleanZone(self._bucket, self.environment.etl.clean_prefix, self._contract)

    def facts(self, now: datetime) -> DayFacts:
        listed = self._listed_runs()
        if self.day not in listed:
            raise ReportError(_no_run(self._bucket.name, self.day, listed))
        history = [each for each in listed if each <= self.day][-HISTORY_DAYS:]
        runs = {each: run for each in history if (run := self._newest_complete_run(each, listed[each]))}
        if self.day not in runs:
            message = (
                f"{self.day} has {len(listed[self.day])} runs, and none is complete: python -m ops status says why."
            )
            raise ReportError(message)
        run = runs[self.day]
        checks = {run_id: self._checks(run_id) for run_id in listed[self.day]}
        published = next((run_id for run_id, found in checks.items() if _passed(found)), None)
        return DayFacts(
            environment=self.environment.name,
            contract=self._contract,
            day=self.day,
            made_at=now,
            runs=tuple(runs.values()),
            runs_of_day=len(listed[self.day]),
            days_without_run=tuple(each for each in history if each not in runs),
            state=_state(checks.get(run.run_id, ())),
            checks=checks[run.run_id],
            part=self._part(run, published) if published else None,
            costs=costs(run, self.environment.normalize, self._stored_bytes(run), LIST_PRICES),
        )

    def _listed_runs(self) -> dict[date, tuple[str, ...]]:
        try:
            return self._zone.runs_by_day()
        except ClientError as error:
            if error.response["Error"]["Code"] != "NoSuchBucket":
                raise
            env, bucket = self.environment.name, self._bucket.name
            message = (
                f"The bucket {bucket} does not exist: deploy cat-{env}-normalize, or take the credentials of "
                f"{env}'s account."
            )
            raise ReportError(message) from error

    def _newest_complete_run(self, day: date, run_ids: Sequence[str]) -> RunSummary | None:
        """Return the first complete run of ``run_ids`` (newest first), as ETL-2 would take it."""
        for run_id in run_ids:
            try:
                return self._zone.complete_run(day, run_id)
            except IncompleteRunError:
                continue
        return None

    def _checks(self, run_id: str) -> tuple[Check, ...]:
        table = checks_of_run(self.s3, self._bucket.name, self.environment.etl.curated_prefix, self.day, run_id)
        if table is None:
            return ()
        return tuple(
            Check(
                run_id=row["run_id"],
                dataset=row["dataset"],
                name=row["check_name"],
                passed=row["outcome"] == _PASSED,
                rows_checked=row["rows_checked"],
                rows_failed=row["rows_failed"],
                allowed_share=row["allowed_share"],
                checked_at=row["checked_at"],
            )
            for row in table.parquet.read().to_pylist()
        )

    def _part(self, run: RunSummary, published: str) -> Part | None:
        own = own_report(self._contract)
        if own is None:
            return None
        found = {dataset: self._curated(dataset) for dataset in own.datasets}
        tables = {dataset: table for dataset, table in found.items() if table is not None}
        if len(tables) < len(found):
            return None
        if published == run.run_id:
            self._compare_rows(run, tables)
        return own.make(tables, Window(self.day, ZoneInfo(run.time_zone)), published)

    def _compare_rows(self, run: RunSummary, tables: Mapping[Dataset, CuratedTable]) -> None:
        """Make sure that the tables are of this run: its checks are there before the tables are replaced."""
        differing = [dataset.name for dataset, table in tables.items() if table.rows != run.rows_of(dataset.name)]
        if differing:
            message = (
                f"The tables {', '.join(differing)} of {self.day} have not the rows that run {run.run_id} wrote. ETL-2 "
                "is publishing the day, or has failed meanwhile: repeat in a few minutes, or see python -m ops status."
            )
            raise ReportError(message)

    def _curated(self, dataset: Dataset) -> CuratedTable | None:
        return curated_table(self.s3, self._bucket.name, self.environment.etl.curated_prefix, dataset, self.day)

    def _stored_bytes(self, run: RunSummary) -> int:
        """Return the bytes of the run's clean objects and of all that the day has in the curated zone."""
        prefix = self.environment.etl.curated_prefix
        curated = (partition_prefix(prefix, table, self.day) for table in self._contract.tables)
        in_tables = sum(stored.bytes for prefix in curated for stored in self._bucket.list(prefix))
        return sum(written.bytes for written in run.objects) + in_tables


def _passed(checks: Sequence[Check]) -> bool:
    return bool(checks) and all(check.passed for check in checks)


def _state(checks: Sequence[Check]) -> State:
    if not checks:
        return State.WAITING
    return State.PUBLISHED if _passed(checks) else State.QUARANTINED


def _no_run(bucket: str, day: date, listed: Mapping[date, object]) -> str:
    """Say that a day has no run, and which days around it have one."""
    before = [each for each in listed if each < day][-1:]
    after = [each for each in listed if each > day][:1]
    nearest = " and ".join(map(str, [*before, *after]))
    if not nearest:
        return f"There is no run in {bucket} yet: python -m ops run makes one."
    return f"{day} has no run in {bucket}. The nearest days that have one: {nearest}."
