"""The life of a deployment on each emulator; both at once, for most of it is waiting."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from envs.local import LOCAL
from envs.selection import LOCAL_REPOSITORY_VARIABLE
from tests.deployments.life import ETL, NORMALIZE, Lacks, Life, live
from tests.deployments.upgrade import write_release
from tests.deployments.workflows import REPOSITORY
from tests.emulators import running_in
from tests.guards.roots import run
from tests.integration.plans import Changes
from tests.integration.test_deployment import KNOWN_GAPS
from tools.local.emulator import FIRST_EMULATOR, Program
from tools.local.machine_tools import PROJECT
from tools.local.second_emulator.program import SECOND_EMULATOR
from tools.local.workspace import CHOICE, Workspace

NOTHING: Final = Lacks()


@dataclass(frozen=True)
class Emulated:
    """An emulator, what it does not keep of the stacks, by stack, and what it lacks."""

    program: Program
    gaps: Mapping[str, Changes]
    lacks: Lacks = NOTHING


EMULATED: Final = {
    "ministack": Emulated(FIRST_EMULATOR, KNOWN_GAPS),
    "moto": Emulated(
        SECOND_EMULATOR,
        {
            # It keeps that EventBridge is told, and does not say so when it is asked.
            NORMALIZE: {"aws_s3_bucket_notification.reports": {"eventbridge"}},
            # It knows no queue of runs, and has a default for what only Glue 3 and later has.
            ETL: {"aws_glue_job.parquet": {"execution_class", "job_run_queuing_enabled"}},
        },
        # It has no UpdateJob and no DeleteNamedQuery; nor UpdateCrawler, UpdateTrigger and UpdateWorkGroup, which a
        # change of the programs does not need. Of a budget it does not say who is told, which the provider asks.
        Lacks(
            kinds=["aws_budgets_budget"],
            update=["aws_glue_job.parquet"],
            removal=["aws_athena_named_query"],
        ),
    ),
}


def _variables(workspace: Workspace) -> dict[str, str]:
    return {
        **workspace.variables(),
        "TF_CLI_ARGS": "-no-color",
        CHOICE: LOCAL.name,
        LOCAL_REPOSITORY_VARIABLE: REPOSITORY,
    }


def _live(workspace: Workspace, variants: Path, emulated: Emulated) -> Life:
    return live(workspace, variants, workspace.directory, _variables(workspace), emulated.lacks)


@pytest.fixture(scope="session")
def lives(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Future[Life]]:
    """By the emulators' names; a life that failed raises when it is asked for."""
    variants = tmp_path_factory.mktemp("variants")
    with ThreadPoolExecutor() as at_once, ExitStack() as stack:
        running = {
            name: stack.enter_context(running_in(tmp_path_factory.mktemp(name), LOCAL, emulated.program))
            for name, emulated in EMULATED.items()
        }
        # No endpoint is part of a stack: it fits both emulators.
        variables = _variables(next(iter(running.values())))
        command = (sys.executable, "-m", "tests.deployments.variants", str(variants))
        done = run(command, PROJECT, variables)
        assert done.status == 0, done.said
        write_release(variants, variables)
        begun = {
            name: at_once.submit(_live, workspace, variants, EMULATED[name]) for name, workspace in running.items()
        }
        wait(begun.values())
    return begun
