r"""The command that erases people: ops person erase, which asks first."""

from __future__ import annotations

from typing import Annotated

import typer

from ops.commands.options import Env, Json, User, Users, Yes, ends, now, platform_of
from ops.exits import Exit, attention
from ops.person.identity import identity_of, users_of
from ops.show.asking import confirm
from ops.show.progress import following
from ops.show.screen import document, output, print_json


@ends
def erase(
    *,
    env: Env,
    user: User = "",
    users: Users = None,
    source: Annotated[
        bool, typer.Option("--source", help="Delete their items in the source table, too, one by one.")
    ] = False,
    yes: Yes = False,
    as_json: Json = False,
) -> Exit:
    """Erase people: everywhere, for good.

    A tombstone keeps their items out of every later run, both stages run, and then everything older goes: earlier
    states of all tables, clean days, quarantine, Athena's results, old versions. A killed erasure goes on where it was:
    give the same command again. A person whose items are newer than the erasure is a new person.

    \b
    Example: python -m ops person erase --env prod --user 1-9
             python -m ops person erase --env prod --users asked.txt --source
    """
    wanted = users_of(user, users)
    platform = platform_of(env)
    identity_of(platform.environment.contract)
    from ops.person.erasing import erasure
    from ops.person.erasing.stages import DeployedStages
    from ops.show import erasing as show_erasing

    planned = erasure.plan(platform, wanted, now())
    if planned.source_items and not source:
        whose = show_erasing.people(len(wanted))
        message = f"The source table has {planned.source_items:,} items of {whose}: nothing was changed."
        raise attention(message, "Delete them there first, or add --source to have them deleted one by one.")
    confirm(show_erasing.lines(planned, platform, delete_source_items=source), yes=yes)
    with following() as follower:
        work = erasure.Erasure(platform, DeployedStages(platform, follower), planned, now, follower.beat)
        done = work.run(delete_source_items=source)
    if as_json:
        print_json(document(done))
    else:
        show_erasing.show(done, platform, output())
    return Exit.WELL
