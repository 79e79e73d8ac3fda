"""Asks before anything is changed."""

from __future__ import annotations

import sys
from collections.abc import Iterable

import typer
from rich.text import Text

from ops.exits import Exit, OpsError
from ops.show.screen import notices, visible


def confirm(plan: Iterable[str], *, yes: bool) -> None:
    """Show what is about to be done, and return if that is wanted.

    Raises:
        OpsError: it is not, or nobody is there to ask and ``yes`` is False.
    """
    console = notices()
    for line in plan:
        console.print(Text(visible(line)), soft_wrap=True)
    if yes:
        return
    if not sys.stdin.isatty():
        message = "Nothing was changed: there is no terminal to ask on."
        raise OpsError(Exit.NOT_CONFIRMED, message, "Add --yes if that is what you want.")
    if not typer.confirm("Do it?", default=False, err=True):
        raise OpsError(Exit.NOT_CONFIRMED, "Nothing was changed.", "Add --yes to be asked no more.")
