"""What pseudonymous tables cost: nights with them and without, in turn, and what the rules take of one long text.

    python -m tools.bench.lake.pseudonyms

writes RESULTS-pseudonyms.md. The engine is Arrow, in this process; both ways read the same runs.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from contract.keys import new_key
from contract.masking import cleaned, pseudonymous_datasets
from contract.sources.catia import CONTRACT
from glue_src.arguments import Pseudonymous
from glue_src.arrow.engine import ArrowEngine
from glue_src.clients import Clients
from tools.bench.lake.front import BUCKET
from tools.bench.lake.lake import Lake, folders, running
from tools.bench.lake.nights import FIRST, GROWN, UNCHANGED, Night, write_nights
from tools.bench.lake.ours import arguments, night
from tools.bench.processes import PROJECT
from tools.bench.report import made_here, table_text
from tools.bench.stats import Spread, ratio

RESULTS: Final = PROJECT / "tools" / "bench" / "RESULTS-pseudonyms.md"
CONVERSATIONS: Final = 20_000
ROUNDS: Final = 3
_CHANGES: Final = (FIRST, UNCHANGED, GROWN)
_KEY: Final = "/cat/bench/pseudonym-key"
#: Texts that a rule could begin to match anywhere; their length in characters, and that of the others.
_PIECES: Final = ("1", "@", "a@", "1.", "300 ", "+1(", "hola 1 ")
_SHORT, _LONG = 25_000, 100_000

#: Seconds of a night without and with pseudonymous tables.
Pair = tuple[float, float]


def measure(lake: Lake, nights: Sequence[Night], scratch: Path, number: int) -> Iterator[tuple[str, Pair]]:
    """Yield for each kind of night what it took in round ``number``."""
    with_clients = Clients(lake.s3, lake.glue, lake.client("cloudwatch"), lake.client("events"), lake.client("ssm"))
    with_clients.ssm.put_parameter(Name=_KEY, Value=new_key(), Type="SecureString", Overwrite=True)
    alone, both, seen = (f"{name}_{number}" for name in ("alone", "both", "seen"))
    lake.make(alone)
    lake.make(both)
    lake.make(seen, pseudonymous_datasets(CONTRACT))
    for one in nights:
        seconds = []
        for name, told in ((alone, None), (both, Pseudonymous(seen, _KEY))):
            engine = ArrowEngine(with_clients.glue, with_clients.s3, BUCKET, name, scratch)
            began = time.perf_counter()
            night(engine, replace(arguments(name, one.clean_prefix), pseudonymous=told), with_clients)
            seconds.append(time.perf_counter() - began)
        yield one.change.title, (seconds[0], seconds[1])


def lengths() -> Iterator[tuple[str, float, float]]:
    """Yield pieces, and the seconds that texts of them take, a short one and one of four times its length."""
    for piece in _PIECES:
        yield piece, _least(piece * (_SHORT // len(piece))), _least(piece * (_LONG // len(piece)))


def _least(text: str) -> float:
    found = []
    for _ in range(5):
        began = time.process_time()
        cleaned(text)
        found.append(time.process_time() - began)
    return min(found)


def page(found: dict[str, list[Pair]], texts: Sequence[tuple[str, float, float]]) -> str:
    """Return the page of results."""
    rows = [
        (title, ratio(both, alone).text(), Spread.of(alone).text(), Spread.of(both).text())
        for title, (alone, both) in ((title, tuple(zip(*pairs, strict=True))) for title, pairs in found.items())
    ]
    growth = [(f"`{piece}`", f"{long / short:.1f}", f"{long:.2f}") for piece, short, long in texts]
    return f"""# What pseudonymous tables cost

Made by `python -m tools.bench.lake.pseudonyms`, never edited by hand. Trust the ratios: seconds belong to one machine.

## A night with them, compared with one without

{table_text(("night", "time with ÷ without", "without, s", "with, s"), rows)}
## One text of {_LONG:,} characters, compared with one of a quarter

Every rule takes a text's length: four times the characters, about four times the time, whatever they are.

{table_text(("made of", "time ÷ time", "the longer one, s"), growth)}
## How

{made_here()}
- {CONVERSATIONS:,} conversations with their messages; {ROUNDS} rounds in one process, in turn with and without.
  Figures are medians, with least and greatest; ratios are taken round by round. Texts: the least of five.
"""


def main() -> None:
    """Measure, and write the page."""
    found: dict[str, list[Pair]] = {}
    with folders("pseudonyms") as (root, scratch):
        nights = [one for one in write_nights(root, CONVERSATIONS, os.cpu_count() or 1) if one.change in _CHANGES]
        with running(root, scratch) as lake:
            for number in range(ROUNDS):
                for title, pair in measure(lake, nights, scratch, number):
                    found.setdefault(title, []).append(pair)
                    print(f"{title}: {pair[0]:.1f} s without, {pair[1]:.1f} s with", flush=True)
    RESULTS.write_text(page(found, list(lengths())), encoding="utf-8")


if __name__ == "__main__":
    main()
