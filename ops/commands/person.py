r"""Commands about people: find, export, prove. Another one is a function here and an entry in COMMANDS."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from ops.commands.options import Env, Json, ends, platform_of
from ops.exits import Exit
from ops.person.identity import identity_of, users_of
from ops.show.progress import following
from ops.show.screen import notices, output, print_json

if TYPE_CHECKING:
    from ops.person.finding import HeldRow

User = Annotated[
    str, typer.Option("--user", metavar="U", help="The person's identifier, as it stands in the tables' user_id.")
]
Users = Annotated[
    Path | None,
    typer.Option("--users", metavar="FILE", help="Many identifiers: one a line, or a JSON list (.json)."),
]


@ends
def find(
    *,
    env: Env,
    user: User = "",
    users: Users = None,
    held_only: Annotated[
        bool, typer.Option("--held-only", help="Leave out mentions: read only the columns that say whose a row is.")
    ] = False,
    show: Annotated[bool, typer.Option("--show", help="Show the rows themselves: people's own words.")] = False,
    as_json: Json = False,
) -> Exit:
    """Which places hold a person, and how much?

    The source, the tables now and before, clean days, rejected items, quarantine, Athena's results and old versions of
    all these, with counts and nobody's words. Mentions are rows of others, or texts, in which the identifier stands.
    Exit code 1: something could not be read, and is named.

    \b
    Example: python -m ops person find --env prod --user 1-9
             python -m ops person find --env prod --users asked.txt --json
    """
    wanted = users_of(user, users)
    platform = platform_of(env)
    identity_of(platform.environment.contract)
    from ops.person.finding import find as found_of
    from ops.show import person as show_person

    rows: list[dict[str, Any]] = []

    def take(held: HeldRow) -> None:
        rows.append({"place": held.spot.place.value, "table": held.spot.table, "user": held.user, "row": held.cells})

    with following(in_lines=False) as follower:
        found = found_of(platform, wanted, mentions=not held_only, take_row=take if show else None, beat=follower.beat)
    if as_json:
        print_json({**show_person.told(found), **({"rows": rows} if show else {})})
    else:
        show_person.show(found, output())
        if show:
            print_json(rows)
    if not found.is_complete:
        notices().print("The answer is incomplete: see what could not be read.")
    return Exit.WELL if found.is_complete else Exit.ATTENTION


#: In the order of ``--help``.
COMMANDS: Final = (find,)
