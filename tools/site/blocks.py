"""The code blocks of a page: what a reader types, and what it says."""

from __future__ import annotations

import re
import textwrap
from typing import Final, NamedTuple

_BLOCK: Final = re.compile(
    r"^(?P<indent> *)```(?P<language>\w*)\n(?P<text>.*?)^(?P=indent)```$", re.MULTILINE | re.DOTALL
)
_HEADING: Final = re.compile(r"^#+ (?P<title>.*)$", re.MULTILINE)


class Block(NamedTuple):
    """A block: the heading that it stands below, its language as the page names it, and its text."""

    heading: str
    language: str
    text: str


def blocks(page: str) -> list[Block]:
    """Return a page's blocks in their order; one within a list comes without the list's indent."""
    return [
        Block(_heading_before(page, found.start()), found["language"], textwrap.dedent(found["text"]))
        for found in _BLOCK.finditer(page)
    ]


def _heading_before(page: str, position: int) -> str:
    return next((found["title"] for found in reversed([*_HEADING.finditer(page, 0, position)])), "")
