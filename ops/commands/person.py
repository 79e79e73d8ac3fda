r"""Commands about people: find, export, erase, prove. Another one is a function here and an entry in COMMANDS."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from ops.commands.erase import erase
from ops.commands.options import Env, Json, User, Users, ends, now, platform_of
from ops.exits import Exit
from ops.person.identity import identity_of, texts_of_file, users_of
from ops.show.progress import following
from ops.show.screen import notices, output, print_json

if TYPE_CHECKING:
    from ops.person.finding import HeldRow

Force = Annotated[bool, typer.Option("--force", help="Replace a file that is there already.")]


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


@ends
def export(
    *,
    env: Env,
    user: Annotated[str, typer.Option("--user", metavar="U", help="The person's identifier.")],
    to: Annotated[Path, typer.Option("--to", metavar="FILE.zip", help="Where it goes; for you alone (mode 600).")],
    force: Force = False,
    as_json: Json = False,
) -> Exit:
    """Write all that is held of a person to one ZIP, for the person.

    Each table of each place as JSON and as CSV, and what each column is, in Spanish and English. The same row of many
    states or days is there once, with the times between which it is held. Exit code 1: something could not be read, so
    the file is incomplete, and says so.

    \b
    Example: python -m ops person export --env prod --user 1-9 --to case-17.zip
    """
    wanted = users_of(user, None)
    platform = platform_of(env)
    identity_of(platform.environment.contract)
    from ops.person.certificate import new_file
    from ops.person.exporting import export as exported
    from ops.show import person as show_person

    target = new_file(to, force=force)
    with following(in_lines=False) as follower:
        found = exported(platform, wanted[0], target, now(), beat=follower.beat)
    if as_json:
        print_json({**show_person.told(found), "file": str(target)})
    else:
        show_person.show(found, output())
        output().print(f"In {target}.", soft_wrap=True)
    return Exit.WELL if found.is_complete else Exit.ATTENTION


@ends
def prove(
    *,
    env: Env,
    user: User = "",
    users: Users = None,
    words: Annotated[
        Path | None, typer.Option("--words", metavar="FILE", help="Planted words to look for too, one a line.")
    ] = None,
    to: Annotated[Path, typer.Option("--to", metavar="FILE.json", help="The certificate; its page lies beside it.")],
    reference: Annotated[
        str, typer.Option("--reference", metavar="TEXT", help="Your name of the case, for the certificate.")
    ] = "",
    force: Force = False,
    as_json: Json = False,
) -> Exit:
    """Prove that nothing of a person is left, and write a certificate.

    Reads every object and every version in the bucket, the catalog, and the person's items in the source. The
    certificate says what was searched and where something is left, and nobody's words or identifier. Exit code 1:
    something is left, could not be read, or the bucket changed meanwhile.

    \b
    Example: python -m ops person prove --env prod --user 1-9 --to case-17.json
    """
    wanted = users_of(user, users) if user or users or not words else ()
    planted = tuple(texts_of_file(words)) if words else ()
    platform = platform_of(env)
    from ops.person import certificate as certificates
    from ops.person.proof import prove as proof_of
    from ops.show import person as show_person

    target = certificates.checked_target(to, force=force)
    with following(in_lines=False) as follower:
        proof = proof_of(platform, wanted, planted, beat=follower.beat)
    told = certificates.certificate(platform, proof, reference)
    beside = certificates.write(target, told)
    if as_json:
        print_json(told)
    else:
        show_person.show_proof(proof, output())
        output().print(f"{target} and {beside}", soft_wrap=True)
    return Exit.WELL if proof.is_proven else Exit.ATTENTION


#: In the order of ``--help``.
COMMANDS: Final = (find, export, erase, prove)
