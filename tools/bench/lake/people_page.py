"""The page on what it takes to erase people, and the figures that it is made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from tools.bench.report import made_here, table_text
from tools.bench.stats import Spread, ratio

CONVERSATIONS: Final = 93_000
ROUNDS: Final = 3
MANY: Final = 100
#: One search for so many people; the most is a file of a whole organisation, of whom the lake knows nobody else.
SEARCHED: Final = (1, MANY, 10_000)
#: What an erasure may take of each GB that is held, its proof included.
MOST_SECONDS_A_GB: Final = 120


@dataclass(frozen=True)
class Took:
    """Seconds, and bytes of data files that were written."""

    seconds: float
    written: int = 0

    def __add__(self, other: Took) -> Took:
        """Return both together."""
        return Took(self.seconds + other.seconds, self.written + other.written)


@dataclass(frozen=True)
class Round:
    """What one round took: the full rewrite, by number of people the erasure and then a proof, and bytes held then."""

    rewrite: Took
    erasures: Mapping[int, Sequence[Took]]
    proofs: Mapping[int, float]
    held: int


def page(rounds: Sequence[Round], peak: float) -> str:
    """Return the page of results."""
    rewrites = [each.rewrite for each in rounds]
    rows, verdicts = [], []
    for people in (1, MANY):
        steps = list(zip(*(each.erasures[people] for each in rounds), strict=True))
        for name, took in zip(("publish without them", "forget what was", "delete old versions"), steps, strict=True):
            rows.append((str(people), name, _ratio(took, rewrites), _seconds(took), _megabytes(took)))
        whole = [sum(each.erasures[people], Took(each.proofs[people])) for each in rounds]
        rows.append((str(people), "all, with its proof", _ratio(whole, rewrites), _seconds(whole), _megabytes(whole)))
        a_gb = Spread.of([took.seconds / each.held * 1e9 for took, each in zip(whole, rounds, strict=True)])
        is_met = "yes" if a_gb.greatest <= MOST_SECONDS_A_GB else "**no**"
        verdicts.append((f"{people} at once: at most {MOST_SECONDS_A_GB} s for each GB held", a_gb.text(0), is_met))
    proofs = [
        (
            f"{people:,}",
            Spread.of([each.proofs[people] for each in rounds]).text(1),
            Spread.of([each.held / each.proofs[people] / 1e6 for each in rounds]).text(0),
        )
        for people in SEARCHED
    ]
    held = rounds[0].held / 1e6
    return f"""# Erasing people, and proving it

Made by `python -m tools.bench.lake.people`, never edited by hand. Trust the ratios: seconds belong to one machine.

{table_text(("goal", "seconds a GB", "met"), verdicts)}
## What it takes

A full rewrite is what the same engine takes to write all tables anew: {_seconds(rewrites)} s,
{_megabytes(rewrites)} MB. The one person has conversations in every month, so every partition is written anew.

{table_text(("people", "step", "time ÷ full rewrite", "seconds", "data written, MB"), rows)}
## A proof

Every object and version is read: {held:,.0f} MB, of which the CSV of a run is the most.

{table_text(("people searched for", "seconds", "MB a second"), proofs)}
## How

{made_here()}
- {CONVERSATIONS:,} conversations with their messages. {ROUNDS} rounds in one process, each with a lake
  of its own. Figures are medians, with least and greatest; ratios are taken round by round.
- Most memory that the process had, engine and proofs together: {peak:,.0f} MB.
"""


def _ratio(took: Sequence[Took], rewrites: Sequence[Took]) -> str:
    return ratio([each.seconds for each in took], [each.seconds for each in rewrites]).text()


def _seconds(took: Sequence[Took]) -> str:
    return Spread.of([each.seconds for each in took]).text(1)


def _megabytes(took: Sequence[Took]) -> str:
    return Spread.of([each.written / 1e6 for each in took]).text(1)
