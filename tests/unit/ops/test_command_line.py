"""The command line without AWS: usage, help, and what happens where AWS cannot be had."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.core
from typer.testing import CliRunner

from contract.serving import named_queries_of
from contract.version import VERSION
from envs.prod import PROD
from ops.app import GROUPS, made
from ops.exits import MEANINGS, Exit
from tests.unit.ops import reference
from tests.unit.ops.command import ROOT, ops, ops_here
from tools.local.setup_machine import write_own_commands


@pytest.fixture
def environment() -> dict[str, str]:
    """No account at all; the metadata service of a cloud machine is not asked."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return {**inherited, "AWS_EC2_METADATA_DISABLED": "true", "AWS_MAX_ATTEMPTS": "1"}


@pytest.mark.snapshot
def test_reference_is_what_the_commands_say() -> None:
    reference.check()


def test_every_exit_code_is_explained() -> None:
    assert set(MEANINGS) == set(Exit)
    shown = " ".join(reference.help_of().split())
    assert all(f"{code.value} {meaning}" in shown for code, meaning in MEANINGS.items())


@pytest.mark.parametrize("words", [(), *((group,) for group in GROUPS), *reference.names()], ids=" ".join)
def test_every_command_has_examples_that_parse_and_help_that_fits_80_columns(words: tuple[str, ...]) -> None:
    shown = reference.help_of(*words)
    assert [line for line in shown.splitlines() if len(line) > 80] == []
    examples = [shlex.split(line) for line in shown.splitlines() if re.match(r" +(Examples?: )?python -m ops ", line)]
    assert examples
    for example in examples:
        typed = example[example.index("ops") + 1 :]
        assert tuple(typed[: len(words)]) == words
        parsed(typed)


def parsed(typed: list[str]) -> None:
    """Read a command line as the program does, and run nothing; raises what the program would tell."""
    command, words = typer.main.get_command(made(completion=False)), list(typed)
    while isinstance(command, typer.core.TyperGroup):
        command = command.commands[words.pop(0)]
    command.make_context(command.name, words)


@pytest.mark.parametrize("typed", [["status"], ["status", "--env", "staging"], ["rollback", "--env", "prod"]])
def test_an_example_that_does_not_parse_would_be_seen(typed: list[str]) -> None:
    with pytest.raises(typer.BadParameter):
        parsed(typed)


def test_every_command_answers_scripts_in_json() -> None:
    assert [words for words in reference.names() if "  --json " not in reference.help_of(*words)] == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("status", "--env", "staging"), "there is no environment 'staging'; known are test, prod, local"),
        (("status",), "Missing option '--env'"),
        (("status", "--env", "local"), "AWS_ENDPOINT_URL"),
        (("nothing", "--env", "test"), "No such command"),
        (("run", "--env", "test", "--dt", "2026-02-30"), "2026-02-30"),
        (("rollback", "--env", "test", "--table", "nothing", "--to", "1"), "Tables are messages, feedback"),
        (("rebuild", "--env", "test", "--table", "runs"), "Tables are messages, feedback"),
        (("logs", "--env", "test", "--since", "yesterday"), "'yesterday' is no duration"),
        (("logs", "--env", "test", "--since", "2026-01-31T09:00"), "no instant with its zone"),
        (("query", "--env", "test", "not_a_query"), "Named queries are "),
        (("query", "--env", "test", "SELECT 1", "--output", "x.xlsx"), "ends in .xlsx"),
        (("query", "--env", "test", "--name", "fail_checks"), "Did you mean failed_checks?"),
        (("query", "--env", "test", "SELECT 1", "--name", "failed_checks"), "Give one of them."),
        (("query", "--env", "test", "--file", "no/such.sql"), "no/such.sql cannot be read"),
        (("query", "--env", "test", "--file", "-"), "The standard input is empty."),
        (
            ("query", "--env", "test", "SELECT 1", "--format", "xlsx"),
            "Formats are table, records, csv, json, parquet.",
        ),
        (
            ("query", "--env", "prod", "--workgroup", "wg-cat-prod-everyday", "--name", "changes_by_run"),
            "Named queries are daily_activity, disliked_answers, feedback_rate_by_gerencia, unanswered_questions.",
        ),
    ],
)
def test_wrong_usage_is_told_before_aws_is_asked(words: tuple[str, ...], said: str) -> None:
    done = CliRunner().invoke(made(completion=False), words)
    assert done.exit_code == Exit.USAGE, done.output
    assert said in done.stderr
    assert done.stdout == ""


def test_without_credentials_it_says_how_to_get_some(environment: dict[str, str]) -> None:
    done = ops("status", "--env", "test", "--json", environment=environment)
    assert done.returncode == Exit.AWS
    assert "No usable AWS credentials were found." in done.stderr
    assert "AWS_PROFILE" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_endpoint_that_is_not_there_is_told(environment: dict[str, str]) -> None:
    keys = {"AWS_ACCESS_KEY_ID": "made", "AWS_SECRET_ACCESS_KEY": "up", "AWS_ENDPOINT_URL": "http://127.0.0.1:9"}
    done = ops_here("doctor", "--env", "local", environment={**environment, **keys})
    assert done.returncode == Exit.AWS
    assert "AWS could not be reached." in done.stderr
    assert "AWS_ENDPOINT_URL" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture
def heard_ctrl_c() -> Iterator[None]:
    """A shell that starts the tests in the background has them ignore Ctrl-C, and so what they start."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("heard_ctrl_c")
def test_ctrl_c_ends_it_at_once(environment: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        keys = {"AWS_ACCESS_KEY_ID": "made", "AWS_SECRET_ACCESS_KEY": "up"}
        endpoint = {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{silent.getsockname()[1]}"}
        command = (sys.executable, "-m", "ops", "status", "--env", "local")
        with subprocess.Popen(
            command, cwd=ROOT, env={**environment, **keys, **endpoint}, stderr=subprocess.PIPE, text=True
        ) as started:
            connection, _ = silent.accept()
            with connection:
                # Asked, it waits for an answer: a signal while it connects or sends can get lost within a library.
                asked = part = connection.recv(65_536)
                while part and not asked.endswith(b"\r\n\r\n"):
                    part = connection.recv(65_536)
                    asked += part
                time.sleep(0.5)
                started.send_signal(signal.SIGINT)
                said = started.communicate(timeout=60)[1]
    assert started.returncode == Exit.INTERRUPTED
    assert said.splitlines() == ["Interrupted.", "What was started may still go on."]


def test_version_of_the_code_needs_no_environment() -> None:
    done = CliRunner().invoke(made(completion=False), ["version"], env={"CAT_ENV": ""})
    assert (done.exit_code, done.stdout) == (Exit.WELL, f"{VERSION}\n")
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dynamic"] == ["version"], "one home"


def test_cat_env_stands_for_the_option(environment: dict[str, str]) -> None:
    done = ops_here("query", environment={**environment, "CAT_ENV": "prod"})
    assert (done.returncode, done.stderr) == (Exit.WELL, "")
    assert "failed_checks" in done.stdout
    assert "\x1b" not in done.stdout


@pytest.mark.parametrize(
    ("group", "lacks"),
    [
        ("everyday", {"changes_by_run", "failed_checks", "freshness", "rejected_by_reason", "snapshots_by_day"}),
        ("analytics", {"rejected_by_reason"}),
        ("operators", set()),
    ],
)
def test_a_workgroup_is_told_the_named_queries_that_its_people_can_run(group: str, lacks: set[str]) -> None:
    words = ("query", "--env", "prod", "--json", "--workgroup", f"wg-cat-prod-{group}")
    done = CliRunner().invoke(made(completion=False), words)
    named = {query.name for query in named_queries_of(PROD.contract)}
    assert named - json.loads(done.stdout).keys() == lacks, done.output


def test_operating_needs_nothing_of_what_deploys_or_extracts() -> None:
    code = "import sys, ops.app; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True)
    loaded = set(done.stdout.split())
    slow = {"pyarrow", "pyiceberg", "boto3"}
    assert loaded & {"cdktf", "jsii", "msgspec", "aws_lambda_powertools", "local", "tests", *slow} == set()
    assert {"botocore", "typer", "rich", "pydantic", "contract", "envs"} <= loaded


def test_product_code_knows_nothing_of_the_emulator() -> None:
    for file in (ROOT / "ops").rglob("*.py"):
        text = file.read_text(encoding="utf-8").lower()
        traces = [word for word in ("ministack", "localstack", "emulator", "127.0.0.1", "localhost") if word in text]
        assert traces == [], file.name


ENVIRONMENT_WORDS = ("cat-ops query --env ", ("test", "prod", "local"))
QUERY_WORDS = ("cat-ops query --env prod fail", ("failed_checks",))


def asked_by(shell: str, typed: str) -> dict[str, str]:
    """What a shell sets when it asks how a command may go on."""
    return {
        "_CAT_OPS_COMPLETE": f"complete_{shell}",
        "_TYPER_COMPLETE_ARGS": typed,
        "_TYPER_COMPLETE_FISH_ACTION": "get-args",
        "COMP_WORDS": typed,
        "COMP_CWORD": str(typed.count(" ")),
    }


@pytest.mark.parametrize(
    ("shell", "typed", "offered"),
    [(shell, *ENVIRONMENT_WORDS) for shell in ("bash", "zsh", "fish")] + [("bash", *QUERY_WORDS)],
)
def test_shells_complete_the_command(shell: str, typed: str, offered: tuple[str, ...]) -> None:
    done = CliRunner().invoke(made(completion=True), prog_name="cat-ops", env=asked_by(shell, typed))
    assert all(name in done.stdout for name in offered), done.output


def test_setup_writes_the_command_that_shells_complete(environment: dict[str, str], tmp_path: Path) -> None:
    write_own_commands(tmp_path)
    (tmp_path / "cat-ops").write_text(
        (tmp_path / "cat-ops").read_text().replace(str(ROOT / ".venv/bin/python"), sys.executable)
    )
    typed, offered = QUERY_WORDS
    variables = {**environment, **asked_by("bash", typed)}
    done = subprocess.run([tmp_path / "cat-ops"], env=variables, check=False, capture_output=True, text=True)
    assert all(name in done.stdout for name in offered), done.stderr
