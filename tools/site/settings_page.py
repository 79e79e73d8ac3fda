"""docs/reference/settings.md: every setting, with its default and what each environment has."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Iterator, Mapping
from typing import Any, Final, get_args, get_type_hints

from envs import schema
from envs.selection import SHIPPED
from tools.site.markdown import code, table

_INTRODUCTION: Final = """\
# Settings

Each environment is one value in `envs/`: `envs/test.py`, `envs/prod.py`, `envs/local.py`. What is not set there has
the default of `envs/schema.py`. Before anything is built, all settings are checked; what is wrong is reported together,
each fault with its value, the rule and the remedy.
"""
_REQUIRED: Final = "*required*"


def settings_page() -> str:
    """Return the page."""
    return "\n".join([_INTRODUCTION, *_section(schema.Environment, "", SHIPPED)])


def _section(settings: type[Any], path: str, values: Mapping[str, Any]) -> Iterator[str]:
    """Yield a settings class and all that are nested in it; ``values`` has the class's value in each environment."""
    yield f"## {code(path.rstrip('.')) or 'The environment'}"
    yield ""
    yield _plain(settings.__doc__ or "")
    yield ""
    hints = get_type_hints(settings)
    fields = [(field, hints[field.name]) for field in dataclasses.fields(settings)]
    simple = [(field, hint) for field, hint in fields if not dataclasses.is_dataclass(hint)]
    if simple:
        rows = ((code(f"{path}{field.name}"), *_cells(field, hint, values)) for field, hint in simple)
        yield from table(("setting", "type", "default", *values), rows)
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
