r"""Commands on the key of pseudonyms: make-key, and rotate-key, which asks first."""

from __future__ import annotations

from typing import Final

from ops import pseudonyms
from ops.commands.options import Env, Json, Yes, ends, platform_of
from ops.exits import Exit, attention
from ops.show.asking import confirm
from ops.show.screen import output, print_json


@ends
def make_key(*, env: Env, as_json: Json = False) -> Exit:
    """Make the key of pseudonyms, once. One that is there stays.

    ETL-2 needs it for the everyday analysts' tables. It is a SecureString of Systems Manager: no file, state or log
    ever holds it. Keep no copy: whoever has it can tell whose a pseudonym is.

    \b
    Example: python -m ops pseudonyms make-key --env prod
    """
    platform = platform_of(env)
    pseudonyms.check_wanted(platform)
    pseudonyms.make_key(platform)
    return _done(platform.names.pseudonym_key, "is made: the next run of ETL-2 uses it.", as_json=as_json)


@ends
def rotate_key(*, env: Env, yes: Yes = False, as_json: Json = False) -> Exit:
    """Put another key in the place of the present one: all pseudonyms change.

    The next run of ETL-2 writes every pseudonymous table anew. What analysts have kept by pseudonym no longer joins
    with them, and earlier snapshots show the former pseudonyms until they expire.

    \b
    Example: python -m ops pseudonyms rotate-key --env prod
    """
    platform = platform_of(env)
    pseudonyms.check_wanted(platform)
    name = platform.names.pseudonym_key
    if not pseudonyms.has_key(platform):
        message = f"{name} is not there yet."
        raise attention(message, f"Make it: python -m ops pseudonyms make-key --env {env}")
    plan = f"Replace {name}: every person of {env} gets another pseudonym, and all pseudonymous tables are rewritten."
    confirm([plan], yes=yes)
    pseudonyms.rotate_key(platform)
    return _done(name, "is another one: the next run of ETL-2 writes all pseudonymous tables anew.", as_json=as_json)


def _done(name: str, said: str, *, as_json: bool) -> Exit:
    if as_json:
        print_json({"parameter": name})
    else:
        output().print(f"{name} {said}", soft_wrap=True)
    return Exit.WELL


COMMANDS: Final = (make_key, rotate_key)
