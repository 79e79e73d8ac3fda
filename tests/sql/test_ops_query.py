"""``make query`` from the Makefile to the engine: what people type, and what they are told."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from envs.local import LOCAL
from ops.app import made
from ops.exits import Exit
from tests.sql.athena import RESULTS, Api
from tools.local.machine_tools import PROJECT


@pytest.fixture
def operators(api: Api) -> Api:
    """The workgroup in which ``query`` asks without another word."""
    name = LOCAL.names.operators_workgroup
    if name not in {each["Name"] for each in api.client.list_work_groups()["WorkGroups"]}:
        results = {"OutputLocation": RESULTS, "EncryptionConfiguration": {"EncryptionOption": "SSE_S3"}}
        configuration = {"EnforceWorkGroupConfiguration": True, "ResultConfiguration": results}
        api.client.create_work_group(Name=name, Configuration=configuration)  # type: ignore[arg-type]
    return api


def query(api: Api, *words: str) -> Result:
    return CliRunner().invoke(made(completion=False), ("query", "--env", "local", *words), env=api.variables())


def test_a_file_of_an_editor_is_one_statement(operators: Api, tmp_path: Path) -> None:
    file = tmp_path / "q.sql"
    file.write_text("-- uno\nSELECT 'NULL' AS a, CAST(NULL AS varchar) AS b;\n-- fin\n", encoding="utf-8-sig")
    done = query(operators, "--file", str(file))
    assert done.exit_code == Exit.WELL, done.output
    assert [line.split() for line in done.stdout.splitlines()] == [["a", "b"], ["'NULL'", "NULL"]]


def test_a_file_that_was_there_is_said_to_be_replaced(operators: Api, tmp_path: Path) -> None:
    target = tmp_path / "a.csv"
    told = [query(operators, "SELECT 1 AS a", "--output", str(target)).stdout for _ in range(2)]
    assert told == [f"1 rows in {target}\n", f"1 rows in {target} (replaced)\n"]


def test_sql_that_begins_with_a_comment_is_no_option(operators: Api, tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nshift 3\nexec {sys.executable} -m ops query --env local "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    command = ("make", "--no-print-directory", "query", f"PY={python}", "SQL=-- usuarios\nSELECT 7 AS a", "FORMAT=csv")
    variables = {**operators.variables(), "PATH": os.environ["PATH"]}
    done = subprocess.run(command, check=False, cwd=PROJECT, env=variables, capture_output=True, text=True)
    assert done.stdout == '"a"\n"7"\n', done.stderr
