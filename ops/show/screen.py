"""The two consoles, JSON for scripts, and text that a terminal may be given."""

from __future__ import annotations

import dataclasses
import json
import re
import sys
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any, Final

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.text import Text

from contract.runs import ItemCounts
from ops.exits import OpsError

#: Data can hold anything. Unicode's categories of what acts on a terminal (escape sequences), turns lines around or has
#: no shape (marks of direction and format), breaks lines, or is half a character that no file takes.
_ACTING: Final = frozenset(("Cc", "Cf", "Zl", "Zp", "Cs"))
#: Format characters that join letters and emoji.
_JOINERS: Final = "\u200c\u200d"
_NOT_PLAIN: Final = re.compile(r"[^\x20-\x7e]")
_LINE_BREAKS: Final = re.compile(r"[\r\n\t\v\f\x85\u2028\u2029]+")


class SafeConsole(Console):
    """A console on which no text is markup, and none acts on the terminal, even where a caller forgot ``visible``."""

    def __init__(self, *, stderr: bool = False) -> None:
        """Write to the standard output, or to the standard error."""
        super().__init__(stderr=stderr, highlight=False, markup=False, emoji=False)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterator[Segment]:
        """Render as rich does, and write out what would act; rich's own control codes are segments of their own."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(_safe(segment.text, _as_python), segment.style)


def output() -> Console:
    """Return the console of what was asked for. In a pipe, and with NO_COLOR, it has no colours."""
    return SafeConsole()


def notices() -> Console:
    """Return the console of everything else: progress, questions, errors."""
    return SafeConsole(stderr=True)


def visible(text: str) -> str:
    """Return ``text`` on one line, what would act on the terminal written out as an escape of Python's."""
    return _safe(_LINE_BREAKS.sub(" ", text), _as_python)


def written_out(text: str) -> str:
    """Return ``text`` with its lines, what would act on the terminal written out: to be laid out at its real width."""
    return _safe(text.expandtabs(), _as_python)


def _safe(text: str, escaped: Callable[[str], str]) -> str:
    """Return ``text`` with what would act on a terminal ``escaped``; a line feed only ends a line."""
    return _NOT_PLAIN.sub(lambda match: escaped(match[0]) if _acts(match[0]) else match[0], text)


def _acts(character: str) -> bool:
    return unicodedata.category(character) in _ACTING and character not in _JOINERS and character != "\n"


def _as_python(character: str) -> str:
    return character.encode("unicode_escape").decode()


def _as_json(character: str) -> str:
    return json.dumps(character).strip('"')


def shortened(text: str, longest: int) -> str:
    """Return at most ``longest`` characters of a visible text."""
    shown = visible(text)
    return shown if len(shown) <= longest else shown[: longest - 1] + "…"


def instant(at: datetime | None) -> str:
    """Return an instant as people read it, in UTC and to the minute, or a dash."""
    return f"{at:%Y-%m-%d %H:%M}" if at else "-"


def document(value: Any) -> Any:
    """Return a value of this program as JSON has it: dataclasses as objects, instants and days as ISO texts.

    A dataclass's field that its ``repr`` leaves out is left out here, too.
    """
    if isinstance(value, ItemCounts):
        # The kinds beside the others, as a run's own summary has them.
        left_out = {"excluded": value.excluded, "tombstoned": value.tombstoned, "rejected": value.rejected}
        return document({"scanned": value.scanned, **value.accepted, **left_out})
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        told = (field.name for field in dataclasses.fields(value) if field.repr)
        return {name: document(getattr(value, name)) for name in told}
    if isinstance(value, dict):
        return {str(key): document(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [document(entry) for entry in value]
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return document(value.value) if isinstance(value, Enum) else value


def print_json(value: Mapping[str, Any] | Any) -> None:
    """Write one JSON document to the standard output."""
    sys.stdout.write(json_text(value))


def json_text(value: Mapping[str, Any] | Any) -> str:
    """Return one JSON document as a text, what would act on a terminal as JSON's escapes."""
    return _escaped(json.dumps(document(value), indent=2, ensure_ascii=False))


def write_json(text: str) -> None:
    """Write a text that is JSON to the standard output, what would act on a terminal as JSON's escapes."""
    sys.stdout.write(_escaped(text))


def _escaped(text: str) -> str:
    return _safe(text, _as_json) + "\n"


def print_error(error: OpsError) -> None:
    """Tell what went wrong, and what to do."""
    console = notices()
    for line in error.message.splitlines():
        console.print(Text(visible(line), style="red"), soft_wrap=True)
    console.print(Text(visible(error.remedy)), soft_wrap=True)
