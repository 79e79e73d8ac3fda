"""docs/reference/settings.md: every setting, what it is for, what it may be, and what each environment has."""

from __future__ import annotations

import dataclasses
import tomllib
import typing
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, get_args, get_type_hints

from pydantic import AfterValidator

from envs import schema
from envs.naming import NameRule
from envs.selection import SHIPPED
from tools.site.markdown import code, table

_INTRODUCTION: Final = """\
# Settings

Each environment is one value in `envs/`: `envs/test.py`, `envs/prod.py`, `envs/local.py`. What is not set there has
the default of `envs/schema.py`. Before anything is built, all settings are checked; what is wrong is reported together,
each fault with its value, the rule and the remedy; a misspelt name or value is told the nearest right one.

*In place* means that a deployment changes what is there, and nothing is lost; what replaces something says so.
"""
_REQUIRED: Final = "*required*"
_TEXTS: Final = Path(__file__).with_name("settings.toml")
#: In the file of texts: settings of no section, and those that several programs have.
_TOP, _ANY = "environment", "any"
#: Fits no rule, so that each says what it wants.
_IMPOSSIBLE: Final = (float("inf"), "\N{BULLET}", object())


def settings_page() -> str:
    """Return the page."""
    return "\n".join([_INTRODUCTION, *_section(schema.Environment, "", SHIPPED)])


def _section(settings: type[Any], path: str, values: Mapping[str, Any]) -> Iterator[str]:
    """Yield a settings class and all that are nested in it; ``values`` has the class's value in each environment."""
    yield f"## {code(path.rstrip('.')) or 'The environment'}"
    yield ""
    yield _plain(settings.__doc__ or "")
    yield ""
    hints, rules = get_type_hints(settings), get_type_hints(settings, include_extras=True)
    fields = [(field, hints[field.name]) for field in dataclasses.fields(settings)]
    simple = [(field, hint) for field, hint in fields if not dataclasses.is_dataclass(hint)]
    if simple:
        rows = ((code(f"{path}{field.name}"), *_cells(field, hint, values)) for field, hint in simple)
        yield from table(("setting", "type", "default", *values), rows)
        told = [(field.name, *what_it_is(path, field.name)) for field, _ in simple]
        texts = ((code(name), what, _rule(rules[name]), change) for name, what, change in told)
        yield from table(("setting", "what it is, and why the default", "allowed", "what changes with it"), texts)
    for field, hint in fields:
        if dataclasses.is_dataclass(hint) and isinstance(hint, type):
            nested = {name: getattr(value, field.name) for name, value in values.items()}
            yield from _section(hint, f"{path}{field.name}.", nested)


def _cells(field: dataclasses.Field[Any], hint: object, values: Mapping[str, Any]) -> Iterator[str]:
    default = _default(field)
    yield code(_type(hint))
    yield _REQUIRED if default is dataclasses.MISSING else code(repr(default))
    for value in values.values():
        found = getattr(value, field.name)
        yield "" if found == default else code(repr(found))


def what_it_is(path: str, name: str) -> tuple[str, str]:
    """Return what a setting is, and what changes with it.

    Raises:
        KeyError: tools/site/settings.toml does not say.
    """
    section: Any = texts()
    for part in path.rstrip(".").split(".") if path else [_TOP]:
        section = section.get(part, {})
    told = section.get(name) or texts()[_ANY][name]
    return told[0], told[1]


@cache
def texts() -> dict[str, Any]:
    """Return what is told of settings."""
    return tomllib.loads(_TEXTS.read_text(encoding="utf-8"))


def _rule(hint: object) -> str:
    """Return the rules of a type as its own validators word them, without what to do."""
    if typing.get_origin(hint) is typing.Annotated:
        checks = [each for each in getattr(hint, "__metadata__", ()) if isinstance(each, AfterValidator)]
        return "; ".join(filter(None, map(_said_by, checks)))
    return "; ".join(dict.fromkeys(filter(None, map(_rule, get_args(hint)))))


def _said_by(check: AfterValidator) -> str:
    named_by = getattr(check.func, "__self__", None)
    if isinstance(named_by, NameRule):
        return f"{named_by.shortest} to {named_by.longest} characters: {named_by.words}"
    for value in _IMPOSSIBLE:
        try:
            typing.cast("Any", check.func)(value)
        except ValueError as error:
            said = str(error).partition(";")[0].removeprefix("must be ")
            # What quotes the value tells of that value, and no rule.
            return "" if repr(value) in said else said
        except (TypeError, AttributeError):
            continue
    return ""


def _default(field: dataclasses.Field[Any]) -> object:
    return field.default_factory() if field.default_factory is not dataclasses.MISSING else field.default


def _type(hint: object) -> str:
    """Return a type in a reader's words: the choices of a Literal, a list for a tuple of any length."""
    origin, arguments = typing.get_origin(hint), get_args(hint)
    if origin is typing.Literal:
        return ", ".join(map(repr, arguments))
    if origin is tuple:
        return f"several {_type(arguments[0])}"
    if origin is dict:
        return f"{_type(arguments[0])} to {_type(arguments[1])}"
    if arguments:
        return " or ".join(map(_type, arguments))
    return "None" if hint is type(None) else getattr(hint, "__name__", str(hint))


def _plain(docstring: str) -> str:
    """Return a docstring as Markdown: its code is in double marks there, its lines are indented."""
    return "\n".join(line.strip() for line in docstring.replace("``", "`").strip().splitlines())
