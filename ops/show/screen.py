"""The two consoles, JSON for scripts, and text that a terminal may be given."""

from __future__ import annotations

import dataclasses
import json
import re
import sys
from datetime import date, datetime
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from contract.runs import ItemCounts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ops.exits import OpsError

#: Data can hold anything: escape sequences would work on the terminal, and marks of direction turn lines around.
_UNSAFE: Final = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_LINE_BREAKS: Final = re.compile(r"[\r\n\t\v\f\x85\u2028\u2029]+")


def output() -> Console:
    """Return the console of what was asked for. In a pipe, and with NO_COLOR, it has no colours."""
    return Console(highlight=False)


def notices() -> Console:
    """Return the console of everything else: progress, questions, errors."""
    return Console(stderr=True, highlight=False)


def visible(text: str) -> str:
    """Return ``text`` on one line, what would act on the terminal written out as an escape of Python's."""
    one_line = _LINE_BREAKS.sub(" ", text)
    return _UNSAFE.sub(lambda match: match.group().encode("unicode_escape").decode(), one_line)


def shortened(text: str, longest: int) -> str:
    """Return at most ``longest`` characters of a visible text."""
    shown = visible(text)
    return shown if len(shown) <= longest else shown[: longest - 1] + "…"


def table(*columns: str, title: str = "", numbers: tuple[str, ...] = ()) -> Table:
    """Return an empty table; columns among ``numbers`` are set flush right."""
    made = Table(
        title=title or None,
        title_justify="left",
        title_style="bold",
        header_style="dim",
        box=None,
        padding=(0, 2, 0, 0),
        pad_edge=False,
    )
    for column in columns:
        made.add_column(column, justify="right" if column in numbers else "left", overflow="fold")
    return made


def instant(at: datetime | None) -> str:
    """Return an instant as people read it, in UTC and to the minute, or a dash."""
    return f"{at:%Y-%m-%d %H:%M}" if at else "-"


def document(value: Any) -> Any:
    """Return a value of this program as JSON has it: dataclasses as objects, instants and days as ISO texts."""
    if isinstance(value, ItemCounts):
        # The kinds beside the others, as a run's own summary has them.
        counts = {"scanned": value.scanned, **value.accepted, "excluded": value.excluded, "rejected": value.rejected}
        return document(counts)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: document(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {str(key): document(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [document(entry) for entry in value]
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return document(value.value) if isinstance(value, Enum) else value


def print_json(value: Mapping[str, Any] | Any) -> None:
    """Write one JSON document to the standard output."""
    sys.stdout.write(json.dumps(document(value), indent=2, ensure_ascii=False) + "\n")


def print_error(error: OpsError) -> None:
    """Tell what went wrong, and what to do."""
    console = notices()
    for line in error.message.splitlines():
        console.print(Text(visible(line), style="red"), soft_wrap=True)
    console.print(Text(visible(error.remedy)), soft_wrap=True)
