"""Every command that ops prints can be typed as it stands, in the environment that it is printed for."""

from __future__ import annotations

import ast
import fnmatch
import re
import shlex
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any, Final

import boto3
import botocore.session
import pytest
import typer
from botocore import xform_name

from envs.local import LOCAL
from envs.schema import ARROW_ENGINE, Environment
from envs.test import TEST
from ops.app import made
from ops.platform import Platform
from ops.remedies import EXTRACT_REMEDIES, TRANSFORM_REMEDIES, followed_by, remedy_for
from tools.local.command_line import parser
from tools.local.machine_tools import PROJECT

ARROW: Final = replace(LOCAL, etl=replace(LOCAL.etl, transform=replace(LOCAL.etl.transform, engine=ARROW_ENGINE)))
ENVIRONMENTS: Final = {"test": TEST, "local": LOCAL, "local by Arrow": ARROW}
#: What stands for a value that only a run knows, by the last part of its name.
VALUES: Final = {"word": "etl", "option": "--deleted-since 2026-01-31T09:00:00Z", "name": "messages"}
TARGETS: Final = set(re.findall(r"^([a-z-]+):", (PROJECT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


@cache
def sources() -> tuple[ast.Module, ...]:
    return tuple(ast.parse(file.read_text(encoding="utf-8")) for file in sorted((PROJECT / "ops").rglob("*.py")))


def text_of(node: ast.expr) -> str | None:
    """A text of the source, values put into it; None for what is no text."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if not isinstance(node, ast.JoinedStr):
        return None
    parts = []
    for part in node.values:
        if isinstance(part, ast.FormattedValue):
            name = ast.unparse(part.value).rpartition(".")[2]
            parts.append(VALUES.get(name, "test" if name in {"env", "environment"} else "X"))
        else:
            parts.append(str(part.value) if isinstance(part, ast.Constant) else "")
    return "".join(parts)


def asked_for() -> set[str]:
    """The words of every command that checks, errors and remedies ask the platform for."""
    words = {
        text
        for module in sources()
        for call in ast.walk(module)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "command"
        for text in map(text_of, call.args)
        if text is not None
    }
    todos = " ".join(remedy.todo for remedy in (*EXTRACT_REMEDIES, *TRANSFORM_REMEDIES))
    return words | set(re.findall(r"{([^}]+)}", todos)) - {"deploy", "make_key"}


def texts() -> Iterator[str]:
    """Every text of the program, but for docstrings: those are the help's, which has a test of its own."""
    for module in sources():
        inside = {id(part) for node in ast.walk(module) if isinstance(node, ast.JoinedStr) for part in node.values}
        statements = {id(node.value) for node in ast.walk(module) if isinstance(node, ast.Expr)}
        for node in ast.walk(module):
            if isinstance(node, (ast.Constant, ast.JoinedStr)) and id(node) not in inside | statements:
                yield text_of(node) or ""


@cache
def ops() -> Any:
    """The command line as typer has it, whose click is its own."""
    return typer.main.get_command(made(completion=False))


def command_of(words: list[str]) -> tuple[Any, list[str]]:
    """The command that words begin with, and the words behind it."""
    command = ops().commands[words[0]]
    return (command.commands[words[1]], words[2:]) if hasattr(command, "commands") else (command, words[1:])


def check(line: str, environment: Environment) -> None:
    """Fail if a command line is none."""
    program, *words = shlex.split(line)
    if program == "make":
        assert words[0] in TARGETS, line
    elif program == "cdktf":
        stacks = (environment.names.normalize_stack, environment.names.etl_stack)
        assert words[0] == "deploy", line
        assert fnmatch.filter(stacks, words[1]), line
    elif words[:2] == ["-m", "ops"]:
        command, rest = command_of(words[2:])
        command.make_context(line, rest)
    else:
        assert words[:2] == ["-m", "tools.local"], line
        parser().parse_args(words[2:])


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_each_command_of_an_environment_can_be_typed(name: str) -> None:
    environment = ENVIRONMENTS[name]
    platform = Platform(environment, boto3.Session(region_name="us-east-1"))
    words = asked_for()
    assert {"run", "curate", "run --accept-removal", "logs etl", "schema"} <= words
    for line in (platform.deploy, *map(platform.command, sorted(words))):
        for part in line.split(" && "):
            check(part, environment)


def test_where_nobody_runs_the_job_but_a_stand_in_it_is_the_stand_in_that_is_named() -> None:
    local = Platform(LOCAL, boto3.Session(region_name="us-east-1"))
    assert local.command("run --accept-removal") == (
        "python -m ops run --env local --accept-removal --yes --no-wait && python -m tools.local curate"
    )
    assert local.command("rebuild --table runs") == "python -m tools.local curate --rebuild runs"
    assert replace(local, environment=ARROW).command("curate") == "python -m ops curate --env local"


def test_a_remedy_and_what_comes_after_it_are_one_line_for_a_shell() -> None:
    local = Platform(LOCAL, boto3.Session(region_name="us-east-1"))
    for error in ("messages: TableFileError: is damaged", "PseudonymKeyError: the key of pseudonyms is missing"):
        todo, _ = remedy_for("ETL-2", error, local)
        assert " && " in todo
        for part in followed_by(todo, local.command("status")).split(" && "):
            check(part, LOCAL)


def test_commands_in_texts_name_their_environment_and_options_that_exist() -> None:
    found = {each for text in texts() for each in re.findall(r"python -m ops ([a-z][^;,()\n]*)", text)}
    assert len(found) > 5
    # Where the platform itself puts a command together.
    for said in found - {f"{VALUES['name']} --env test"}:
        command, rest = command_of(said.split())
        known = {option for parameter in command.params for option in parameter.opts}
        asked = {word.rstrip(".:") for word in rest if word.startswith("--")}
        assert asked <= known, said
        assert "--env" in asked or "--env" not in known, said


def test_commands_of_aws_exist() -> None:
    found = [
        each for text in texts() for each in re.findall(r"\baws ([a-z-]+) ([a-z-]+)((?: --[a-z-]+| [^\s-]\S*)*)", text)
    ]
    assert len(found) > 3
    for service, operation, rest in found:
        if (service, operation) == ("sso", "login"):
            continue
        model = botocore.session.get_session().get_service_model(service)
        shape = next(
            model.operation_model(each) for each in model.operation_names if xform_name(each, "-") == operation
        )
        members = {xform_name(each, "-") for each in shape.input_shape.members} if shape.input_shape else set()
        assert set(re.findall(r"--([a-z-]+)", rest)) <= members, (service, operation)
