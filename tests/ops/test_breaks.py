"""Each thing that can break, really broken on the emulator: it is said once, and nothing says that all is well."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest
from typer.testing import Result

from contract.datasets import REJECTED, RUNS
from contract.sources.catia import MESSAGES
from envs.local import LOCAL
from ops.checks.findings import OK
from ops.commands import report as report_command
from ops.commands import status as status_commands
from ops.databases import databases_of
from ops.exits import Exit
from ops.platform import Platform
from tests.emulators import emulator_in
from tests.iceberg_lake import IcebergLake, platform_on
from tests.ops import breaks
from tests.ops.conftest import AnsweringFunction, lake_on, told
from tests.ops.deployment import BEGAN, DAY, NAMES, RINGS, SCHEDULED, Deployment, night_of
from tools.local.emulator import Emulator

FULL, PSEUDONYMOUS = databases_of(LOCAL)
MASKED: Final = next(table for table in PSEUDONYMOUS.tables if table.name == MESSAGES.name)
MASKED_NAME: Final = PSEUDONYMOUS.called(MASKED)


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """One of its own: what a deployment has is not the other tests'."""
    with emulator_in(tmp_path_factory.mktemp("breaks")) as emulator:
        yield emulator


@pytest.fixture(scope="module")
def lake(emulator: Emulator) -> Iterator[IcebergLake]:
    with lake_on(emulator) as lake:
        lake.night(DAY - timedelta(days=1), night_of(30), began=BEGAN - timedelta(days=1))
        lake.night(DAY, night_of(40), began=BEGAN)
        lake.commit(MASKED, night_of(40)[MESSAGES], database=PSEUDONYMOUS.name)
        yield lake


@pytest.fixture(scope="module")
def platform(lake: IcebergLake) -> Platform:
    return platform_on(lake, SCHEDULED)


@pytest.fixture(scope="module")
def deployment(platform: Platform, lake: IcebergLake, function: AnsweringFunction) -> Deployment:
    assert function
    made = Deployment(platform, lake)
    made.make()
    return made


@pytest.fixture
def at(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """Let the commands look at this platform, so much later than now."""
    monkeypatch.setattr(Platform, "named", classmethod(lambda *_: platform))

    def set_clock(later: timedelta) -> None:
        for commands in (status_commands, report_command):
            monkeypatch.setattr(commands, "now", lambda: datetime.now(UTC) + later)

    set_clock(timedelta())
    return set_clock


@dataclass(frozen=True)
class Break:
    """What breaks, what is said of it, by which findings: a cause has one.

    ``first`` is how the first sentence begins. ``later``: so long after it, it is looked at.
    """

    breaking: breaks.Breaking
    sentence: str
    findings: tuple[str, ...]
    first: str = "No data is late: readers see"
    later: timedelta = timedelta()


def of_table(breaking: breaks.Breaking, sentence: str, finding: str, table: str = "messages") -> Break:
    return Break(breaking, sentence, (finding,), f"Queries of {table} fail. No data is late: readers see")


_LATE: Final = "Data is late: readers see the run of "
_NIGHT: Final = timedelta(hours=22)
_UNKNOWN: Final = "Whether data is late cannot be told"
BREAKS: Final = {
    # The first: what Glue says of a job's runs is not taken back.
    "ETL-2 did not start": Break(
        breaks.etl_2_did_not_start, f"{NAMES.glue_job} has not run since it arrived at ", ("unpublished run",), _LATE
    ),
    "the rule is disabled, and a run arrives": Break(
        breaks.together(breaks.rule_is_disabled, breaks.etl_2_did_not_start),
        f"enable-rule --name {NAMES.arrival_rule} && python -m tools.local curate",
        ("arrival rule",),
        _LATE,
    ),
    "ETL-2 failed": Break(
        breaks.together(breaks.etl_2_did_not_start, breaks.etl_2_failed),
        "ETL-2's last run: FAILED at ",
        ("ETL-2's last run",),
        _LATE,
    ),
    "a run was quarantined": Break(
        breaks.run_was_quarantined, " failed a check: messages.row_count: 1 of 41 fail\n", ("unpublished run",), _LATE
    ),
    "ETL-2 is stuck": Break(
        breaks.etl_2_is_stuck,
        "it is stuck, for 60 is the most it may take",
        ("ETL-2's last run",),
        later=timedelta(hours=9),
    ),
    "a table has vanished": of_table(
        lambda made: breaks.table_has_vanished(made, REJECTED),
        "rejected is not in the Data Catalog",
        "tables",
        "rejected",
    ),
    "the table of runs has vanished": Break(
        lambda made: breaks.table_has_vanished(made, RUNS),
        "runs is not in the Data Catalog",
        ("tables",),
        f"Queries of runs fail. {_UNKNOWN}",
    ),
    "the database has vanished": Break(
        lambda made: breaks.database_has_vanished(made, FULL),
        f"the database {FULL.name} does not exist\n  → python -m tools.local deploy && python -m ops restore",
        ("tables",),
        f"Queries of {', '.join(table.name for table in FULL.tables)} fail. {_UNKNOWN}",
    ),
    "data files are deleted": of_table(
        lambda made: breaks.deleted(made, *breaks.data_files(made)),
        "more of its files likewise; queries that read it fail",
        "files",
    ),
    "the table of runs lacks a data file": of_table(
        lambda made: breaks.deleted(made, *breaks.data_files(made, RUNS)), "was deleted at ", "files", "runs"
    ),
    "a data file is damaged": of_table(
        lambda made: breaks.overwritten(made, breaks.data_files(made)[0], breaks.middle_changed),
        "was overwritten at ",
        "files",
    ),
    "a manifest is damaged": of_table(
        lambda made: breaks.overwritten(made, breaks.manifest(made), breaks.middle_changed),
        "was overwritten at ",
        "files",
    ),
    "a manifest is deleted": of_table(
        lambda made: breaks.deleted(made, breaks.manifest(made)), "avro was deleted at ", "files"
    ),
    "metadata is deleted": of_table(
        lambda made: breaks.deleted(made, breaks.metadata_file(made)), "metadata.json is missing", "tables"
    ),
    "metadata is damaged": of_table(
        lambda made: breaks.overwritten(made, breaks.metadata_file(made), lambda content: b"!" + content[1:]),
        "metadata.json is damaged",
        "tables",
    ),
    "metadata says something else": of_table(
        lambda made: breaks.overwritten(
            made, breaks.metadata_file(made), lambda content: content.replace(b"40", b"41")
        ),
        "was overwritten at ",
        "files",
    ),
    "a pseudonymous table has vanished": of_table(
        lambda made: breaks.table_has_vanished(made, MASKED, PSEUDONYMOUS.name),
        f"{MASKED_NAME} is not in the Data Catalog",
        "tables",
        MASKED_NAME,
    ),
    "the pseudonymous database has vanished": of_table(
        lambda made: breaks.database_has_vanished(made, PSEUDONYMOUS),
        f"the database {PSEUDONYMOUS.name} does not exist",
        "tables",
        ", ".join(PSEUDONYMOUS.called(table) for table in PSEUDONYMOUS.tables),
    ),
    "a pseudonymous data file is deleted": of_table(
        lambda made: breaks.deleted(made, breaks.data_files(made, MASKED, PSEUDONYMOUS.name)[0]),
        f"files: {MASKED_NAME}: ",
        "files",
        MASKED_NAME,
    ),
    "pseudonymous metadata is deleted": of_table(
        lambda made: breaks.deleted(made, breaks.metadata_file(made, MASKED, PSEUDONYMOUS.name)),
        "metadata.json is missing",
        "tables",
        MASKED_NAME,
    ),
    "the rule is disabled": Break(
        breaks.rule_is_disabled, f"arrival rule: {NAMES.arrival_rule} is DISABLED", ("arrival rule",)
    ),
    "the rule is deleted": Break(
        breaks.rule_is_deleted, f"arrival rule: {NAMES.arrival_rule} does not exist", ("arrival rule",)
    ),
    "the trigger is stopped": Break(
        breaks.trigger_is_stopped, f"workflow: {NAMES.arrival_trigger} is DEACTIVATED", ("workflow",)
    ),
    "the trigger is deleted": Break(
        breaks.trigger_is_deleted, f"workflow: the trigger {NAMES.arrival_trigger} does not exist", ("workflow",)
    ),
    "the job is deleted": Break(breaks.job_is_deleted, f"the job {NAMES.glue_job} does not exist", ("ETL-2",)),
    "the function is switched off": Break(
        breaks.function_is_switched_off,
        "its reserved concurrency is 0; therefore the schedule's run of ",
        ("ETL-1",),
        _LATE,
        _NIGHT,
    ),
    "the function is switched off, and calls of it are lost": Break(
        breaks.together(breaks.function_is_switched_off, breaks.call_is_a_dead_letter),
        "holds 1\n  → python -m tools.local deploy && python -m ops redrive",
        ("ETL-1",),
    ),
    "the schedule is disabled": Break(
        breaks.schedule_is_disabled, f"schedule: {NAMES.schedule} is DISABLED", ("schedule",), _LATE, _NIGHT
    ),
    "the schedule is deleted": Break(
        breaks.schedule_is_deleted, f"schedule: {NAMES.schedule} does not exist\n", ("schedule",)
    ),
    "the source table is gone": Break(
        breaks.source_is_gone, "does not exist: no run can begin\n  → have its owner restore it", ("source table",)
    ),
    "an alarm rings": Break(breaks.alarm_rings, f" UTC: {RINGS}\n  → See there.", ("alarms",)),
    "two things at once": Break(
        breaks.together(breaks.schedule_is_disabled, breaks.job_is_deleted),
        f"the job {NAMES.glue_job} does not exist",
        ("ETL-2", "schedule"),
    ),
    "the schedule made no run": Break(
        breaks.nothing_has_run_since, "freshness: the schedule's run of ", ("freshness",), _LATE, _NIGHT
    ),
    # The last: no run that another of these makes is newer.
    "the rule is disabled, and a run arrives just now": Break(
        breaks.together(breaks.rule_is_disabled, breaks.run_arrives_now),
        f"enable-rule --name {NAMES.arrival_rule} && python -m tools.local curate",
        ("arrival rule",),
        _LATE,
    ),
    "the trigger is stopped, and a run arrives just now": Break(
        breaks.together(breaks.trigger_is_stopped, breaks.run_arrives_now),
        f"start-trigger --name {NAMES.arrival_trigger} && python -m tools.local curate",
        ("workflow",),
        _LATE,
    ),
}
#: The report shows what status says: of these it is looked at.
REPORTED: Final = ("ETL-2 failed", "a data file is damaged", "the schedule made no run")
#: Of these the remedy is followed, as it stands.
FOLLOWED: Final = (
    "a data file is damaged",
    "metadata is damaged",
    "a pseudonymous table has vanished",
    "a pseudonymous data file is deleted",
    "pseudonymous metadata is deleted",
)


@pytest.mark.usefixtures("deployment", "at")
def test_a_deployment_in_order_is_well(ops: Callable[..., Result]) -> None:
    for command in ("status", "doctor"):
        done = ops(command)
        assert (done.exit_code, "all is well" in done.stdout) == (Exit.WELL, True), done.stdout


@pytest.mark.parametrize("name", BREAKS)
def test_what_is_broken_is_said_once(
    ops: Callable[..., Result], deployment: Deployment, at: Callable[[timedelta], None], name: str, tmp_path: Path
) -> None:
    wanted = BREAKS[name]
    with breaks.broken_by(wanted.breaking, deployment):
        at(wanted.later)
        done = ops("status")
        assert wanted.sentence in done.stdout
        assert f"\n{wanted.first}" in done.stdout
        assert (done.exit_code, "all is well" in done.stdout) == (Exit.ATTENTION, False)
        findings = [each for each in told(ops("doctor", "--json"))["findings"] if each["state"] != OK]
        assert tuple(each["check"] for each in findings) == wanted.findings, findings
        if name in REPORTED:
            page = tmp_path / "report.html"
            done = ops("report", "--language", "es", "--output", str(page))
            said = html.unescape(page.read_text(encoding="utf-8"))
            assert (done.exit_code, f'<span lang="en">{findings[0]["check"]}: ' in said) == (Exit.WELL, True)
            assert wanted.sentence in said
            assert ("Los datos están atrasados: se ve la ejecución del " in said) == (wanted.first == _LATE)
        if name in FOLLOWED:
            command = re.search(r"python -m ops (restore --env local( --\S+ [^\s;]+)*)", findings[0]["remedy"])
            assert command
            assert ops(*command[1].split(), "--yes").exit_code == Exit.WELL
            assert told(ops("doctor", "--json"))["well"]


@pytest.mark.usefixtures("at")
def test_doctor_sees_that_failures_are_told_to_nobody(ops: Callable[..., Result], deployment: Deployment) -> None:
    events, name = deployment.platform.events, NAMES.job_failed_rule
    events.disable_rule(Name=name)
    done = ops("doctor")
    assert (
        f"{name} is DISABLED: what it tells of is told to nobody\n    → aws events enable-rule --name {name}"
        in done.stdout
    )
    assert done.exit_code == Exit.ATTENTION
    events.enable_rule(Name=name)


@pytest.mark.usefixtures("deployment", "at")
def test_what_is_mended_is_well_again(ops: Callable[..., Result]) -> None:
    done = ops("status")
    assert (done.exit_code, "all is well" in done.stdout) == (Exit.WELL, True), done.stdout
