"""The reference in docs/ops.md: what every command says of itself with --help, and the exit codes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from typer.testing import CliRunner

from ops.app import COMMANDS, GROUPS, made
from ops.exits import MEANINGS
from tests.snapshots import ADVICE, is_update
from tools.site.markdown import lines

DOCUMENT = Path(__file__).parents[3] / "docs" / "ops.md"


def parts() -> dict[str, str]:
    """Return what the document's generated parts must say, by name."""
    codes = lines((str(code.value), meaning) for code, meaning in MEANINGS.items())
    return {"exit codes": f"\n| code | meaning |\n|---|---|\n{codes}\n", "commands": "".join(_commands())}


def _commands() -> Iterator[str]:
    yield "\n"
    for words in names():
        yield f"### {' '.join(words)}\n\n```text\n{help_of(*words)}\n```\n\n"


def names() -> list[tuple[str, ...]]:
    """Return the words that name each command."""
    grouped = [(group, command) for group, commands in GROUPS.items() for command in commands]
    words = (*(((), command) for command in COMMANDS), *(((group,), command) for group, command in grouped))
    return [(*group, command.__name__.replace("_", "-")) for group, command in words]


@cache
def help_of(*words: str) -> str:
    app = made(completion=False)
    shown = CliRunner().invoke(app, [*words, "--help"], prog_name="python -m ops", env={"COLUMNS": "80"}, color=False)
    assert shown.exit_code == 0, shown.output
    return "\n".join(line.rstrip() for line in shown.output.strip().splitlines())


def check() -> None:
    """Check the document, or write it where snapshots are written."""
    for name, wanted in parts().items():
        text = DOCUMENT.read_text(encoding="utf-8")
        begin, end = f"<!-- generated: {name} -->\n", "<!-- end -->"
        start = text.index(begin) + len(begin)
        stop = text.index(end, start)
        if is_update():
            DOCUMENT.write_text(text[:start] + wanted + text[stop:], encoding="utf-8")
        else:
            assert text[start:stop] == wanted, f"docs/ops.md: {ADVICE}"
