r"""The command that brings back what was lost: restore, which asks first."""

from __future__ import annotations

from typing import Annotated

import typer

from ops import days
from ops import overwritten as overwriting
from ops import restore as restoring
from ops.commands.options import Env, Json, Yes, ends, now, platform_of
from ops.exits import Exit
from ops.show import restore as show_restore
from ops.show.asking import confirm
from ops.show.screen import notices, output, print_json


@ends
def restore(
    *,
    env: Env,
    deleted_since: Annotated[
        str,
        typer.Option("--deleted-since", metavar="TIME", help="Bring back what was deleted: 2h, or 2026-01-31T09:00Z."),
    ] = "",
    overwritten_since: Annotated[
        str,
        typer.Option(
            "--overwritten-since", metavar="TIME", help="Put back what objects held then: 2h, or 2026-01-31T09:00Z."
        ),
    ] = "",
    yes: Yes = False,
    as_json: Json = False,
) -> Exit:
    """Bring back what was lost: deleted or overwritten objects, and tables that the catalog lost.

    With --deleted-since, objects of all zones that were deleted since then are there again, as far as the bucket
    keeps their versions: name a time after which nothing was deleted on purpose. With --overwritten-since, CSVs and
    tables' files hold again what they held at that time, or at first if they were made since: no program of the
    platform overwrites one. Files by which a table is whole now stay as they are. Then each table that is not in the
    catalog, is damaged or was made anew gets its newest metadata file, the pseudonymous ones too. docs/recovery.md
    says what cannot come back.

    \b
    Example: python -m ops restore --env prod
             python -m ops restore --env prod --deleted-since 2h
             python -m ops restore --env prod --overwritten-since 2h
    """
    platform = platform_of(env)
    found = list(restoring.markers(platform, days.since(deleted_since, now()))) if deleted_since else []
    if found:
        objects = len({each.key for each in found})
        confirm([f"Bring back {objects:,} deleted objects of {platform.bucket.name}: {found[0].key} first."], yes=yes)
    back = restoring.bring_back(platform, found)
    former = overwriting.to_put_back(platform, days.since(overwritten_since, now())) if overwritten_since else []
    if former:
        confirm(show_restore.plan(former, platform.bucket.name), yes=yes)
    overwriting.put_back(platform, former)
    lost = restoring.lost_tables(platform)
    if lost:
        confirm([show_restore.line(each) for each in lost], yes=yes)
    registered = []
    try:
        # Last those that end it: the others are whole then.
        for each in sorted(lost, key=lambda each: each.state is None):
            restoring.register(platform, each)
            registered.append(each)
    except Exception:
        show_restore.show_done(back, len(former), registered, notices())
        raise
    if as_json:
        print_json({"brought_back": back, "put_back": len(former), "registered": [each.name for each in lost]})
    else:
        show_restore.show(back, len(former), lost, platform, output())
    return Exit.WELL
