"""Every command of the README, the runbook and docs/ops.md is run as it stands, against the deployed local platform.

What they say of the test environment is tried on the local one, which is the same stacks; only what the README calls
deploying is done to the test environment itself, by tests/integration/test_readme_deploys.py. The commands leave runs
of today behind, so this module comes after the ones that compare days.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from tests.integration.conftest import Run
from tools.local.machine_tools import PROJECT, VENV
from tools.site.__main__ import TUTORIAL
from tools.site.blocks import blocks as blocks_of
from tools.site.follow import steps

#: Run by .ci/run or the workflow, on a machine of their own: here they would run all tests within a test.
BY_CI: Final = ("make demo", "make test", "make lint", "make scan", "make docs")
#: Run by tests/guards: they need a state that is locked, damaged or lost, or destroy what the other tests stand on.
BY_GUARDS: Final = frozenset({"State is locked", "State is damaged", "Adopt what is there", "Take an environment down"})
#: What needs a number of the reader's, is no command, or writes into the reader's own shell.
NOT_RUN: Final = frozenset({"In which account", "Rename a resource", "Operating: `python -m ops`"})
DEPLOYING: Final = "Deploy to AWS"


class Block(NamedTuple):
    document: str
    heading: str
    language: str
    commands: str


def blocks() -> list[Block]:
    return [Block(name, *block) for name, text in documents().items() for block in blocks_of(text)]


def documents() -> dict[str, str]:
    names = ("README.md", "docs/runbook.md", "docs/state.md", "docs/ops.md")
    # What is generated has no commands to run, and a test of its own: tests/unit/ops/reference.py.
    return {name: (PROJECT / name).read_text(encoding="utf-8").partition("<!-- generated")[0] for name in names}


def as_run(block: Block) -> str:
    """The block's commands, on the environment that this session has deployed."""
    lines = [line for line in block.commands.splitlines() if line not in BY_CI]
    commands = "\n".join(lines)
    # That something needs attention is an answer too: other tests leave runs behind that nobody curates.
    commands = re.sub(
        r"^(python -m ops (?:status|doctor|curate) .*)$", r"\1 || test $? = 1", commands, flags=re.MULTILINE
    )
    return (
        # The AWS CLI's first version asks SQS at AWS, whatever the environment says, unless its command names another.
        commands.replace("aws sqs ", 'aws --endpoint-url "$AWS_ENDPOINT_URL" sqs ')
        .replace("cat-test-", "cat-local-")
        .replace("cat_test_", "cat_local_")
        .replace("--env test", "--env local")
    )


RUNNABLE: Final = [
    block for block in blocks() if block.language == "bash" and block.heading not in BY_GUARDS and as_run(block)
]


def run_block(block: Block, commands: str, variables: Mapping[str, str], folder: Path) -> None:
    """Run a block's commands, in the project's folder where they need it; what they write goes to ``folder``."""
    links = [name for name in ("node_modules", ".venv") if (PROJECT / name).is_symlink()]
    assert not (links and "make" in commands), f"make setup would empty what these links lead to: {links}"
    environment = {**variables, "CDKTF_OUTPUT": str(folder / "cdktf.out")}
    environment["PATH"] = os.pathsep.join((str(VENV / "bin"), os.environ["PATH"]))
    script = re.sub(r"\bcdktf\.out\b", str(folder / "cdktf.out"), commands)
    done = subprocess.run(
        ("bash", "-euo", "pipefail", "-c", script),
        check=False,
        cwd=PROJECT if re.search("make|cdktf|-m ops", script) else folder,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, f"{block.heading}: {script}\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
    for answer in folder.glob("response.json"):
        assert "errorMessage" not in answer.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "block",
    [block for block in RUNNABLE if block.heading != DEPLOYING],
    ids=lambda block: f"{block.document}: {block.heading}",
)
def test_commands_run_as_they_stand(first_run: Run, tmp_path: Path, block: Block) -> None:
    variables = {**first_run.pipeline.workspace.variables(), "CAT_ENV": "local"}
    run_block(block, as_run(block), variables, tmp_path)


def test_ci_runs_the_commands_that_are_left_to_it() -> None:
    script = (PROJECT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    workflow = (PROJECT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    workflow_steps = re.findall(r"^ *- run: (.*)$", workflow, re.MULTILINE)
    assert "bash .ci/run" in workflow_steps
    assert ".venv/bin/python -m tools.site follow" in script
    tutorial = [line for step in steps(TUTORIAL.read_text(encoding="utf-8")) for line in step.commands.splitlines()]
    run = {*script, *workflow_steps, *tutorial}
    assert [command for command in BY_CI if command not in run] == []


def test_every_block_is_run_or_known_not_to_be() -> None:
    left = {block.heading for block in blocks() if block not in RUNNABLE}
    only_ci = {block.heading for block in blocks() if block.language == "bash" and not as_run(block)}
    assert left - only_ci == NOT_RUN | BY_GUARDS
    guards = "".join(file.read_text(encoding="utf-8") for file in (PROJECT / "tests" / "guards").glob("*.py"))
    assert [heading for heading in BY_GUARDS if f'"{heading}"' not in guards] == []


def test_make_targets_are_listed() -> None:
    listed = subprocess.run(("make", "help"), check=True, cwd=PROJECT, capture_output=True, text=True).stdout
    named = {target for text in documents().values() for target in re.findall(r"\bmake ([a-z]+)", text)}
    assert sorted(target for target in named if f"make {target} " not in listed) == []


def test_links_lead_somewhere() -> None:
    broken = [
        f"{document}: {target}"
        for document, text in documents().items()
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text)
        if not ((PROJECT / document).parent / target).exists()
    ]
    assert broken == []
