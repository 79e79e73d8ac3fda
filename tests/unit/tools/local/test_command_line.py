from __future__ import annotations

import io
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from envs.local import LOCAL
from envs.schema import ARROW_ENGINE, ExtractSettings
from ops.queries import Column
from tools.local import __main__, query
from tools.local import screen as screens
from tools.local.command_line import COMMANDS, parser, shell_changes
from tools.local.demo import Demo, what_next
from tools.local.engines import Engines
from tools.local.errors import DeployError, GlueJobError
from tools.local.glue_stand_in import parse_conf
from tools.local.locking import is_held, one_at_a_time
from tools.local.machine_tools import DEMO_LOCK, PROJECT
from tools.local.sample import Sample
from tools.local.screen import Screen
from tools.local.workspace import Workspace

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


def test_a_query_without_a_demo_is_told_on_standard_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "argv", ["local", "query", "SELECT 1"])
    monkeypatch.setattr(query, "directory_of", lambda _: tmp_path)
    assert __main__.main() == 1
    assert capsys.readouterr().err.startswith("The emulator was not started. Start it: make demo")


@pytest.mark.parametrize(("lock", "command"), [("demo.lock", "make demo"), ("setup.lock", "make setup")])
def test_a_query_meanwhile_is_told_to_wait(
    lock: str, command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "argv", ["local", "query", "SELECT 1"])
    monkeypatch.setattr(query, "directory_of", lambda _: tmp_path)
    monkeypatch.setattr(query, "SETUP_LOCK", tmp_path / "setup.lock")
    with one_at_a_time(tmp_path / lock):
        assert __main__.main() == 1
    assert capsys.readouterr().err == f"{command} is still at work: ask again once it has ended.\n"
    assert __main__.main() == 1
    assert "was not started" in capsys.readouterr().err


def test_a_demo_is_at_work_until_it_ends(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    held: list[bool] = []
    monkeypatch.setattr(Demo, "run", lambda *_: held.append(is_held(workspace.directory / DEMO_LOCK)))
    COMMANDS["demo"](workspace, parser().parse_args(["demo", "--users", "1"]))
    assert held == [True]
    assert not is_held(workspace.directory / DEMO_LOCK)


def test_before_its_packages_are_installed_it_says_so() -> None:
    bare = (sys.executable, "-S", "-c", "from tools.local.__main__ import main; raise SystemExit(main())", "query")
    done = subprocess.run(bare, check=False, cwd=PROJECT, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("The package ")
    assert "make setup" in done.stderr


def test_a_query_of_no_contract_names_the_nearest(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["local", "query", "SELECT 1"])
    monkeypatch.setenv("CAT_LOCAL_CONTRACT", "ticket")
    assert __main__.main() == 1
    said = capsys.readouterr().err
    assert said.startswith("contract 'ticket': no such module in contract/sources/")
    assert said.endswith("; did you mean 'tickets'?\n")


def test_a_query_without_trino_names_the_one_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], workspace: Workspace
) -> None:
    monkeypatch.setattr(sys, "argv", ["local", "query", "SELECT 1"])
    monkeypatch.setattr(query, "directory_of", lambda _: workspace.directory)
    assert __main__.main() == 1
    assert capsys.readouterr().err == (
        "Trino, which answers SQL here, does not run. Set it up: .venv/bin/python -m tools.local trino\n"
    )


def test_steps_and_answers_are_shown() -> None:
    output = io.StringIO()
    screen = Screen(Console(file=output, width=100))
    with screen.step("ETL-1") as step:
        step.progress("half [way]")
        step.detail = "1,099 items"
    screen.answer("Who?", [Column("nombre", "varchar")], [["línea 1\nlínea 2"], [None], ["[bold]"]], "make query")
    screen.summary()
    assert "✔ ETL-1" in output.getvalue()
    assert "1,099 items" in output.getvalue()
    assert "línea 1 línea 2" in output.getvalue()
    assert "[bold]" in output.getvalue()


def test_a_pipe_hears_now_and_then_how_far_a_step_is(monkeypatch: pytest.MonkeyPatch) -> None:
    output = io.StringIO()
    screen = Screen(Console(file=output, width=80))
    with screen.step("cdktf deploy") as step:
        step.progress("not yet")
        monkeypatch.setattr(screens, "SAID_AGAIN", 0)
        step.progress("1 of 2 [changes]")
    screen.summary()
    assert output.getvalue().splitlines() == [
        "  cdktf deploy: 1 of 2 [changes]",
        "✔ cdktf deploy 0.0 s  ",
        "1 steps, 0.0 s",
    ]


def test_conf_is_read_as_glue_reads_it() -> None:
    assert parse_conf("spark.a=1 --conf spark.b=x=y --conf spark.c=") == {
        "spark.a": "1",
        "spark.b": "x=y",
        "spark.c": "",
    }
    assert parse_conf("") == {}


@pytest.mark.parametrize("text", ["spark.a", "a=1", "spark.a=1 --conf b"])
def test_conf_that_glue_would_not_take(text: str) -> None:
    with pytest.raises(GlueJobError, match=r"which is no spark\.NAME=VALUE"):
        parse_conf(text)


def test_another_contracts_demo_has_a_folder_and_commands_of_its_own() -> None:
    own = Workspace.chosen({"CAT_LOCAL_CONTRACT": "tickets"})
    assert (own.environment.contract_name, own.directory.name) == ("tickets", ".local-tickets")
    said = what_next(own, Engines(), Sample([], "", {}, view="tickets"))
    assert "make query CONTRACT=tickets SQL='SELECT * FROM tickets LIMIT 3'" in said
    assert "CAT_LOCAL_CONTRACT=tickets .venv/bin/python -m tools.local night" in said
    usual = Workspace.chosen({})
    assert (usual.environment, usual.directory.name) == (LOCAL, ".local")
    assert "CONTRACT" not in what_next(usual, Engines(), Sample([], "", {}, view="x"))


def test_what_is_proposed_next_leads_to_the_guide_and_the_report() -> None:
    said = what_next(Workspace.chosen({}), Engines(), Sample([], "", {}, view="x"))
    assert [page for page in re.findall(r"docs/\S+\.md", said) if not (PROJECT / page).is_file()] == []
    assert "docs/analyst-guide.md (en español: docs/guia-del-analista.md)" in said
    assert ".venv/bin/python -m ops report --env local" in said


def test_what_is_proposed_next_keeps_the_engine_that_it_is_not_about() -> None:
    said = what_next(Workspace.chosen({}), Engines(transform=ARROW_ENGINE), Sample([], "", {}, view="x"))
    assert [line.split("make demo")[1] for line in said.splitlines() if "make demo" in line] == [
        " TRANSFORM=arrow USERS=2000",
        " ENGINE=glue TRANSFORM=arrow",
        "",
    ]
