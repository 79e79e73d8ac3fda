"""What all commands have in common: their options, the clock, and how they end."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from botocore.exceptions import BotoCoreError, ClientError

from contract.datasets import Dataset
from contract.nearest import did_you_mean
from contract.runs import RunSummaryError
from envs.selection import CHOICE_VARIABLE, ENVIRONMENTS
from glue_src.exceptions import IncompleteRunError, TableError
from ops.aws_errors import explained
from ops.exits import Exit, OpsError, attention, usage
from ops.platform import Platform
from ops.show.screen import print_error


def _known(name: str) -> str:
    # Only a command that does without an environment has a default for it.
    if name and name not in ENVIRONMENTS:
        message = (
            f"there is no environment {name!r}; known are {', '.join(ENVIRONMENTS)}{did_you_mean(name, ENVIRONMENTS)}"
        )
        raise typer.BadParameter(message)
    return name


def _beginning(incomplete: str) -> list[str]:
    return [name for name in ENVIRONMENTS if name.startswith(incomplete)]


Env = Annotated[
    str,
    typer.Option(
        "--env",
        envvar=CHOICE_VARIABLE,
        metavar="|".join(ENVIRONMENTS),
        callback=_known,
        autocompletion=_beginning,
        help="Which environment.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on the standard output, for scripts.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
User = Annotated[
    str, typer.Option("--user", metavar="U", help="The person's identifier, as it stands in the tables' user_id.")
]
Users = Annotated[
    Path | None,
    typer.Option("--users", metavar="FILE", help="Many identifiers: one a line, or a JSON list (.json)."),
]
Debug = Annotated[bool, typer.Option("--debug", help="Show the whole log while it runs, tracebacks too.")]
Day = Annotated[str, typer.Option("--dt", metavar="YYYY-MM-DD", help="The business day.")]

Command = Callable[..., Exit]


def ends(command: Command) -> Callable[..., None]:
    """Turn what a command returns or raises into its exit code, and an error into a message."""

    @functools.wraps(command)
    def ended(*arguments: Any, **options: Any) -> None:
        try:
            code = command(*arguments, **options)
        except OpsError as error:
            code = _told(error)
        except (ClientError, BotoCoreError) as error:
            env = options["env"]
            code = _told(explained(error, env, ENVIRONMENTS[env].provider.region))
        except (IncompleteRunError, RunSummaryError, TableError) as error:
            env = options["env"]
            said = error.said if isinstance(error, TableError) else str(error)
            code = _told(attention(said, f"python -m ops doctor --env {env} says what to do."))
        except KeyboardInterrupt:
            code = _told(OpsError(Exit.INTERRUPTED, "Interrupted.", "What was started may still go on."))
        raise typer.Exit(code)

    return ended


def _told(error: OpsError) -> Exit:
    print_error(error)
    return error.code


def platform_of(env: str) -> Platform:
    """Return the environment of the command line."""
    return Platform.named(env, os.environ)


def named_table(platform: Platform, name: str) -> Dataset:
    """Return the dataset whose table has that name.

    Raises:
        OpsError: there is none.
    """
    by_name = {dataset.name: dataset for dataset in platform.environment.contract.datasets}
    if name not in by_name:
        message = f"There is no table {name!r}."
        raise usage(message, f"Tables are {', '.join(by_name)}.")
    return by_name[name]


def now() -> datetime:
    """Return the present instant."""
    return datetime.now(UTC)
