"""The command line: which commands there are. A new one is a function in ops/commands/ and a line in COMMANDS."""

from __future__ import annotations

import textwrap
from typing import Final

import typer

from ops.commands import person, pseudonyms, queries, report, restoring, runs, status, tables, verify
from ops.exits import MEANINGS

#: In the order of ``--help``: what is asked most often first.
COMMANDS: Final = (
    status.status,
    status.doctor,
    verify.verify,
    runs.runs,
    tables.history,
    runs.run,
    runs.curate,
    runs.redrive,
    tables.schema,
    tables.rollback,
    tables.rebuild,
    restoring.restore,
    runs.logs,
    queries.query,
    queries.rejects,
    queries.replay,
    status.cost,
    report.report,
    status.version,
)
#: Commands of two words, by the first.
GROUPS: Final = {"person": person.COMMANDS, "pseudonyms": pseudonyms.COMMANDS}
_GROUPS_HELP: Final = {
    "person": """People's data: what is held of somebody, as a file, and the proof that it is gone.

\b
Example: python -m ops person find --env prod --user 1-9
""",
    "pseudonyms": """The key by which people are pseudonyms in the everyday analysts' tables.

\b
Example: python -m ops pseudonyms make-key --env prod
""",
}
#: A terminal's columns, less what the help itself puts before each line.
_WIDTH: Final = 78

_HELP: Final = """Operate the CAT Data Platform: one command for every environment.

AWS is reached as the AWS SDKs do: AWS_PROFILE or keys, and AWS_ENDPOINT_URL where it is set. CAT_ENV stands for --env.
What changes something asks first. The answer goes to the standard output, all else to the standard error. Without a
terminal, or with NO_COLOR, there are no colours.

\b
Examples:
  python -m ops status --env prod
  python -m ops doctor --env prod
  python -m ops run --env test --dry-run
  python -m ops query --env prod failed_checks
"""


def exit_codes() -> str:
    """Return the exit codes and their meanings, one a line."""
    lines = (f"  {code.value:3}  {meaning}" for code, meaning in MEANINGS.items())
    return "\n".join(textwrap.fill(line, _WIDTH, subsequent_indent=" " * 7) for line in lines)


def made(*, completion: bool) -> typer.Typer:
    """Return the whole command line; with ``completion`` it can install itself in the user's shell."""
    app = typer.Typer(
        help=_HELP,
        epilog=f"\b\nExit codes:\n{exit_codes()}",
        no_args_is_help=True,
        add_completion=completion,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    )
    for command in COMMANDS:
        app.command()(command)
    for name, commands in GROUPS.items():
        group = typer.Typer(help=_GROUPS_HELP[name], no_args_is_help=True, rich_markup_mode=None)
        for command in commands:
            group.command()(command)
        app.add_typer(group, name=name)
    return app
