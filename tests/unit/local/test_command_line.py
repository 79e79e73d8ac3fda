from __future__ import annotations

import io
import subprocess
import sys
from dataclasses import replace

import pytest
from rich.console import Console

from envs.local import LOCAL
from envs.schema import ExtractSettings
from local.__main__ import COMMANDS, main, parser, shell_changes
from local.engines import Engines
from local.errors import DeployError
from local.glue_stand_in import DeployedJob
from local.screen import Screen

SECOND = replace(
    LOCAL, name="second", is_local=False, normalize=replace(LOCAL.normalize, extract=ExtractSettings(engine="glue"))
)


def test_shell_takes_over_the_changes() -> None:
    before = {"PATH": "/bin:/usr/bin", "AWS_PROFILE": "production", "SAME": "1"}
    after = {"PATH": "/bin:/usr/bin", "SAME": "1", "QUOTED": "it's $HOME"}
    script = shell_changes(before, after) + 'echo "$QUOTED ${AWS_PROFILE:-none} $SAME"'
    done = subprocess.run(("sh", "-c", script), check=True, env=before, capture_output=True, text=True)
    assert done.stdout == "it's $HOME none 1\n"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_says_what_it_does(command: str) -> None:
    shown = " ".join(parser().format_help().split())
    assert str(COMMANDS[command].__doc__) in shown


def test_demo_takes_an_engine_for_each_etl() -> None:
    chosen = parser().parse_args(["demo"])
    assert (chosen.engine, chosen.transform) == ("lambda", "spark")
    chosen = parser().parse_args(["demo", "--engine", "glue", "--transform", "arrow"])
    assert Engines(chosen.engine, chosen.transform).variables(LOCAL) == {
        "CAT_ENV": "local",
        "CAT_LOCAL_ENGINE": "glue",
        "CAT_LOCAL_TRANSFORM": "arrow",
    }
    with pytest.raises(SystemExit):
        parser().parse_args(["demo", "--transform", "glue"])


def test_own_key_is_asked_for_by_a_variable() -> None:
    assert Engines(own_key=True).variables(LOCAL) == {"CAT_ENV": "local", "CAT_LOCAL_OWN_KEY": "true"}


def test_default_engines_need_no_variables() -> None:
    assert Engines.of(LOCAL) == Engines()
    assert Engines.of(LOCAL).variables(LOCAL) == {"CAT_ENV": "local"}
    assert Engines.of(SECOND).variables(SECOND) == {"CAT_ENV": "second"}


def test_engines_of_another_environment_are_those_of_its_file() -> None:
    with pytest.raises(DeployError, match=r"second is deployed with .*extract='glue'.* as envs/ says"):
        Engines(transform="arrow").variables(SECOND)


def test_faults_are_told_on_standard_error(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["local", "query", "SELECT 1"])
    monkeypatch.setattr("local.workspace.Workspace.clients", _no_emulator)
    assert main() == 1
    assert capsys.readouterr().err.startswith("The emulator was not started.")


def _no_emulator(_: object) -> None:
    from local.errors import EmulatorError  # noqa: PLC0415 raised in place of the real one

    message = "The emulator was not started."
    raise EmulatorError(message)


def test_steps_and_answers_are_shown() -> None:
    output = io.StringIO()
    screen = Screen(Console(file=output, width=100))
    with screen.step("ETL-1") as step:
        step.progress("half [way]")
        step.detail = "1,099 items"
    screen.answer("Who?", ["nombre"], [["línea 1\nlínea 2"], [None], ["[bold]"]])
    screen.summary()
    assert "✔ ETL-1" in output.getvalue()
    assert "1,099 items" in output.getvalue()
    assert "línea 1 línea 2" in output.getvalue()
    assert "[bold]" in output.getvalue()


def test_table_of_steps_fits_a_narrow_console() -> None:
    output = io.StringIO()
    screen = Screen(Console(file=output, width=80))
    with screen.step("ETL-2: Glue job on Spark") as step:
        step.detail = "[x] " + "many words " * 20
    output.truncate(0)
    screen.summary()
    (line,) = [line for line in output.getvalue().splitlines() if "ETL-2" in line]
    assert "ETL-2: Glue job on Spark │     0.0 │ [x] many words" in line
    assert len(line) <= 80


def test_job_reaches_the_buckets_of_its_code_and_arguments() -> None:
    job = DeployedJob(
        "job", "role", "s3://code/job.py", ("s3://code/lib.zip",), ("--JOB_NAME", "job", "--bucket", "data")
    )
    assert job.buckets == ["code", "data"]
