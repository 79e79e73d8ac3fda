"""Dead letters."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from rich.console import Console
from rich.text import Text

from ops.dead_letters import DeadLetter
from ops.show.screen import shortened, visible

_LONGEST_BODY: Final = 300


def show(letters: Iterable[DeadLetter], console: Console, *, whole: bool = False) -> None:
    """Print each message: what it asks for, why it was not delivered, and its body, ``whole`` or its beginning."""
    for letter in letters:
        about = f"{letter.etl} for {letter.day}" if letter.day else f"{letter.etl}: {letter.fault}"
        console.print(Text.assemble((letter.queue, "bold"), f"  {visible(about)}"), soft_wrap=True)
        console.print(Text(f"    {visible(letter.reason)}"), soft_wrap=True)
        body = visible(letter.body) if whole else shortened(letter.body, _LONGEST_BODY)
        console.print(Text(f"    {body}", style="dim"), soft_wrap=True)
