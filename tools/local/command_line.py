"""The commands of ``python -m tools.local``."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import UTC, datetime
from typing import Final

from contract.runs import RunSummaryError
from contract.settings import TransformArgument
from contract.source import SourceContract
from envs.schema import ARROW_ENGINE, GLUE_ENGINE, LAMBDA_ENGINE, SPARK_ENGINE
from envs.selection import LOCAL_CONTRACT_VARIABLE
from envs.validation import ConfigurationError
from tools.local.aws_environment import forget_accounts
from tools.local.demo import Demo
from tools.local.engines import Engines, deployed_engines, shell_variables
from tools.local.errors import LocalError
from tools.local.locking import one_at_a_time
from tools.local.machine_parts import start_trino
from tools.local.machine_tools import DEMO_LOCK
from tools.local.made_up import made_up
from tools.local.pipeline import run_transform_job
from tools.local.sample import Sample
from tools.local.screen import Screen
from tools.local.workspace import Workspace


def up(workspace: Workspace, _: argparse.Namespace) -> None:
    """Start the emulator."""
    Demo(workspace, Screen(), Engines.of(workspace.environment)).start_emulator()


def demo(workspace: Workspace, arguments: argparse.Namespace) -> None:
    """Deploy to the emulator, run the pipeline, and query it."""
    with one_at_a_time(workspace.directory / DEMO_LOCK):
        demonstration = Demo(workspace, Screen(), _engines(arguments))
        demonstration.run(_sample(workspace.environment.contract, arguments))


def deploy(workspace: Workspace, arguments: argparse.Namespace) -> None:
    """Deploy both stacks again; the source table's items stay as they are, and nothing runs."""
    workspace.emulator.endpoint_url()
    with one_at_a_time(workspace.directory / DEMO_LOCK):
        Demo(workspace, Screen(), _engines(arguments)).deploy_stacks()


def night(workspace: Workspace, arguments: argparse.Namespace) -> None:
    """Run the deployed pipeline once more, without deploying; with --users, on another sample."""
    engines = deployed_engines(workspace)
    sample = _sample(workspace.environment.contract, arguments)
    shown = Demo(workspace, Screen(), engines)
    if arguments.users:
        shown.fill_table(sample)
    shown.night(sample, lambda: workspace.trino.connection() if workspace.trino.running() else None)


def trino(workspace: Workspace, _: argparse.Namespace) -> None:
    """Start Trino, which answers SQL; fetch it the first time."""
    workspace.emulator.endpoint_url()
    with Screen().step("Trino") as step:
        started = start_trino(workspace, step.progress)
        step.detail = "started" if started else "was running"


def curate(workspace: Workspace, arguments: argparse.Namespace) -> None:
    """Run ETL-2's Spark job once, which the emulator does not."""
    screen = Screen()
    asked = {f"--{TransformArgument.FORGET_BEFORE}": datetime.now(UTC).isoformat()} if arguments.forget else {}
    if arguments.rebuild:
        asked[f"--{TransformArgument.REBUILD}"] = ",".join(arguments.rebuild)
    with screen.step("ETL-2: Glue job on Spark") as step:
        run_transform_job(workspace, step.line, asked)
        step.detail = f"its output is in {workspace.job_log}"


def _engines(arguments: argparse.Namespace) -> Engines:
    return Engines(extract=arguments.engine, transform=arguments.transform)


def _sample(contract: SourceContract, arguments: argparse.Namespace) -> Sample:
    return made_up(contract, arguments.users or DEFAULT_USERS, arguments.seed, newest=datetime.now(UTC).date())


def down(workspace: Workspace, _: argparse.Namespace) -> None:
    """Stop the emulator and Trino, and remove what the demo made."""
    ran = workspace.down()
    sys.stdout.write("stopped, and its files are removed\n" if ran else "nothing ran; its files are removed\n")


def status(workspace: Workspace, _: argparse.Namespace) -> None:
    """Say whether the emulator runs, and where."""
    sys.stdout.write(f"running at {workspace.emulator.endpoint_url()}, its log in {workspace.emulator.log}\n")


def env(workspace: Workspace, _: argparse.Namespace) -> None:
    """Print what points a shell at the emulator: eval "$(python -m tools.local env)"."""
    # What was said for this command only is told, too.
    before = {name: value for name, value in ORIGINAL.items() if name != LOCAL_CONTRACT_VARIABLE}
    sys.stdout.write(shell_changes(before, shell_variables(workspace)))


COMMANDS: Mapping[str, Callable[[Workspace, argparse.Namespace], None]] = {
    command.__name__: command for command in (up, demo, deploy, night, trino, curate, down, env, status)
}
ORIGINAL = dict(os.environ)
DEFAULT_USERS: Final = 200


def shell_changes(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    """Return POSIX shell commands that turn one environment into another."""
    unset = [f"unset {name}\n" for name in sorted(before.keys() - after.keys())]
    export = [
        f"export {name}={shlex.quote(value)}\n" for name, value in sorted(after.items()) if before.get(name) != value
    ]
    return "".join(unset + export)


def parser() -> argparse.ArgumentParser:
    """Return the command line's grammar."""
    root = argparse.ArgumentParser(prog="python -m tools.local", description=__doc__)
    root.add_argument("--debug", action="store_true", help="of a program that fails, show all that it said last")
    commands = root.add_subparsers(dest="command", required=True)
    for name, command in COMMANDS.items():
        added = commands.add_parser(name, help=command.__doc__, description=command.__doc__)
        if name in ("demo", "night"):
            users = DEFAULT_USERS if name == "demo" else 0
            added.add_argument(
                "--users",
                type=int,
                default=users,
                help="users in the sample, or items of a contract that is not CatIA's (default: %(default)s)",
            )
            added.add_argument("--seed", type=int, default=1, help="which sample (default: %(default)s)")
        if name == "curate":
            added.add_argument(
                "--forget", action="store_true", help="have the tables forget their history, as an erasure"
            )
            added.add_argument("--rebuild", action="append", metavar="TABLE", help="write a table anew; several times")
        if name in ("demo", "deploy"):
            for option, engines, whose in (
                ("--engine", (LAMBDA_ENGINE, GLUE_ENGINE), "ETL-1's engine"),
                ("--transform", (SPARK_ENGINE, ARROW_ENGINE), "ETL-2's engine"),
            ):
                shown = f"{whose} (default: %(default)s)"
                added.add_argument(option, choices=engines, default=engines[0], help=shown)
    # Run by tools.local.query: its options are those of python -m ops query.
    commands.add_parser("query", help="Ask the tables and views in Athena's SQL.")
    return root


def main() -> int:
    """Run the command that the command line names, and return the exit status."""
    arguments = parser().parse_args()
    forget_accounts(os.environ)
    try:
        with closing(Workspace.chosen(os.environ)) as workspace:
            COMMANDS[arguments.command](workspace, arguments)
    except (LocalError, RunSummaryError, ConfigurationError) as error:
        details = getattr(error, "details", "") if arguments.debug else ""
        sys.stderr.write(f"{details}\n{error}\n" if details else f"{error}\n")
        return 1
    return 0
