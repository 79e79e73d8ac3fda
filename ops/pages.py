"""What pages that stand alone have in common: their look, and no text of theirs is taken for markup."""

from __future__ import annotations

from html import escape
from typing import Final

from ops.report import palette
from ops.show.screen import visible

_LOOK: Final = """\
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem .75rem 3rem; max-width: 60rem; background: var(--page); color: var(--ink); \
font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.8rem; line-height: 1.2; margin: 0; }
.good strong { color: var(--good); }
.bad strong { color: var(--bad); }
"""


def style() -> str:
    """Return the colours of either mode, and what they are used for on every such page."""
    return palette.css() + _LOOK


def text(value: str) -> str:
    """Return a text as it stands in a page."""
    return escape(visible(value))


def row(*cells: str) -> str:
    """Return a row of a table, of texts."""
    return f"<tr>{''.join(f'<td>{text(cell)}</td>' for cell in cells)}</tr>"
