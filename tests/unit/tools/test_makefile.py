"""What make tells of its targets: in groups, on 80 columns, with examples that it takes."""

from __future__ import annotations

import re
import runpy
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from contract.serving import named_queries_of
from envs.local import LOCAL
from tools.local.machine_tools import PROJECT

TEXT: Final = (PROJECT / "Makefile").read_text(encoding="utf-8")
TARGETS: Final = re.findall(r"^\.PHONY: (.*)$", TEXT, re.MULTILINE)[0].split()


def make(*words: str) -> subprocess.CompletedProcess[str]:
    # make test is a make, too, and one within it would say which folder it enters.
    command = ("make", "--no-print-directory", *words)
    return subprocess.run(command, check=False, cwd=PROJECT, capture_output=True, text=True)


def test_help_lists_every_target_in_a_group() -> None:
    lines = make("help").stdout.splitlines()
    assert [line for line in lines if len(line) > 80] == []
    listed = [line.split()[1] for line in lines if line.startswith("  make ")]
    assert sorted(listed) == sorted(TARGETS)
    blocks = "\n".join(lines).strip().split("\n\n")
    assert [block for block in blocks[:-1] if not re.match(r"[A-Z][^\n]+\n  make ", block)] == []
    assert len(blocks) > 3


@pytest.mark.parametrize("target", TARGETS)
def test_help_of_a_target_has_examples_that_make_takes(target: str) -> None:
    shown = make(f"help-{target}")
    assert shown.returncode == 0, shown.stderr
    examples = re.findall(r"^  (make .+)$", shown.stdout, re.MULTILINE)
    assert examples
    for example in examples:
        words = shlex.split(example)[1:]
        assert words[0] == target or target == "help"
        named = {word.partition("=")[0] for word in words[1:]}
        assert {name for name in named if not re.search(rf"\$[({{](value )?{name}[:)}}]", TEXT)} == set()
        planned = make("-n", *words)
        assert planned.returncode == 0, planned.stderr


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("tickets", "tickets"),
        ("contract/sources/tickets.py", "tickets"),
        ("contract/sources/catia/", "catia"),
        ("./contract/sources/catia/__init__.py", "catia"),
        ("", ""),
    ],
)  # fmt: skip
def test_a_contract_may_be_named_by_its_file(given: str, name: str) -> None:
    shown = make("-pn", "down", f"CONTRACT={given}").stdout
    assert re.findall(r"CAT_LOCAL_CONTRACT := ?(.*)$", shown, re.MULTILINE)[0] == name


def test_query_names_queries_that_there_are_and_takes_what_ops_takes() -> None:
    assert set(re.findall(r"\bNAME=(\w+)", TEXT)) <= {query.name for query in named_queries_of(LOCAL.contract)}
    planned = make("-n", "query", "SQL=SELECT 1", "FORMAT=csv", "ROWS=5", "OUTPUT=my file.csv").stdout
    assert "--format 'csv' --rows '5' --output 'my file.csv'" in planned


@pytest.mark.parametrize(
    "words", [(), ("NAME=daily_activity",), ("SQL=SELECT '$x', \"a b\"", "FILE=q.sql"), ("SQL=-- a\nSELECT 1",)]
)
def test_query_passes_on_all_that_it_is_given_and_nothing_else(words: tuple[str, ...], tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    passed = make("query", f"PY={python}", *words).stdout.splitlines()
    given = dict(word.split("=", 1) for word in words)
    options = [part for name in ("NAME", "FILE") if name in given for part in (f"--{name.lower()}", given[name])]
    assert passed == [
        "-m",
        "tools.local",
        "query",
        *options,
        *(["--", *given["SQL"].splitlines()] if "SQL" in given else []),
    ]


def test_query_refuses_variables_in_small_letters() -> None:
    done = make("-n", "query", "sql=SELECT 1")
    assert done.returncode != 0
    assert "in capitals, not sql=" in done.stderr


def test_help_of_no_target_says_so() -> None:
    done = make("help-nothing")
    assert done.returncode != 0
    assert "no target nothing: make help lists them" in done.stderr


@pytest.mark.parametrize("module", sorted(set(re.findall(r"-m ((?:tools|contract)[.\w]+)", TEXT))))
def test_help_of_what_a_target_runs_runs_nothing(
    module: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", [module, "--help"])
    for loaded in (module, f"{module}.__main__"):
        monkeypatch.delitem(sys.modules, loaded, raising=False)
    with pytest.raises(SystemExit) as ended:
        runpy.run_module(module, run_name="__main__")
    assert ended.value.code == 0
    assert f"usage: python -m {module}" in capsys.readouterr().out
