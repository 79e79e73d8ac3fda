"""The page's colours, each for light and for dark. Charts are drawn in the light ones, which then become CSS variables.

Contrasts are tested by WCAG 2.2 AA: https://www.w3.org/TR/WCAG22/#contrast-minimum and #non-text-contrast.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Colour:
    """A colour's name on the page, and what it is in either mode, as ``#rrggbb``."""

    name: str
    light: str
    dark: str

    @property
    def variable(self) -> str:
        """How CSS and the charts name it."""
        return f"var(--{self.name})"


#: What things are drawn on.
PAGE: Final = Colour("page", "#f3f5f8", "#0d1117")
CARD: Final = Colour("card", "#ffffff", "#171c24")
#: What is written.
INK: Final = Colour("ink", "#1c2128", "#e6edf3")
MUTED: Final = Colour("muted", "#57606b", "#9ba6b2")
LINK: Final = Colour("link", "#0a57b5", "#6cb2ff")
GOOD: Final = Colour("good", "#146c2e", "#4cc466")
BAD: Final = Colour("bad", "#b3201f", "#ff8178")
#: What separates, and tells nothing.
RULE: Final = Colour("rule", "#d5dbe2", "#323a45")
#: What data is drawn in. The first two stay apart for every kind of colour vision.
FIRST: Final = Colour("first", "#1f6fd1", "#539bf5")
SECOND: Final = Colour("second", "#c2570c", "#ee8a3c")
THIRD: Final = Colour("third", "#0d7d74", "#35c2b1")
FOURTH: Final = Colour("fourth", "#77808b", "#8f9aa6")
FIFTH: Final = Colour("fifth", "#a5338f", "#dd85cb")

SURFACES: Final = (PAGE, CARD)
TEXTS: Final = (INK, MUTED, LINK, GOOD, BAD)
SERIES: Final = (FIRST, SECOND, THIRD, FOURTH, FIFTH)
PALETTE: Final = (*SURFACES, *TEXTS, RULE, *SERIES)
VARIABLE_OF: Final = {colour.light: colour.variable for colour in PALETTE}


def css() -> str:
    """Return the variables of either mode; on paper it is always the light one."""
    light = "".join(f"--{colour.name}:{colour.light};" for colour in PALETTE)
    dark = "".join(f"--{colour.name}:{colour.dark};" for colour in PALETTE)
    return f":root{{{light}}}\n@media screen and (prefers-color-scheme: dark){{:root{{{dark}}}}}\n"
