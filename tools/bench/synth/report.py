"""The results as Markdown: the promise first, then the figures, the machine and how it was done."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tools.bench.report import Machine, opening
from tools.bench.stats import Spread, ratio
from tools.bench.synth.runner import SynthResults
from tools.bench.synth.scenario import AS_IT_COMES, CONTENDERS, OURS
from tools.bench.targets import Verdict, at_most
from tools.site.markdown import table

PACKAGES: Final = ("cdktf", "cdktf-cdktf-provider-aws", "jsii")
MOST_OF_THE_TIME: Final = 0.25


def verdicts(results: SynthResults) -> Iterator[Verdict]:
    """Yield the verdict on what a synth's time has promised to be."""
    measured = ratio(results.seconds(OURS), results.seconds(AS_IT_COMES))
    yield at_most(MOST_OF_THE_TIME, f"the time with {AS_IT_COMES.label}", measured)


def markdown(results: SynthResults, machine: Machine, rounds: int) -> str:
    """Return the whole report."""
    lines = [
        *opening("A synth, and what of it the provider's bindings take", verdicts(results)),
        "## From `main.py` to Terraform's JSON",
        "",
        *_contenders(results),
        *_conditions(machine, rounds),
    ]
    return "\n".join(lines) + "\n"


def _contenders(results: SynthResults) -> Iterator[str]:
    rows = (
        (
            contender.label,
            str(results.stacks[contender]),
            ratio(results.seconds(contender), results.seconds(OURS)).text(),
            Spread.of(results.seconds(contender)).text(),
            Spread.of(results.processor_seconds(contender)).text(),
        )
        for contender in CONTENDERS
    )
    yield from table(("program", "stacks", "time ÷ ours", "time, s", "of processors, s"), rows)


def _conditions(machine: Machine, rounds: int) -> Iterator[str]:
    yield from (
        "## How",
        "",
        *machine.lines(),
        f"- Every program runs in a fresh process, {rounds} times, in turn with the others. Figures are medians, with",
        "  least and greatest; ratios are taken round by round.",
        "- A synth is what `cdktf` starts: Python with `main.py`, and the Node that jsii starts for it. Layers are",
        "  built and jsii's packages unpacked before the first round; code archives are made anew each time.",
        f"- *{AS_IT_COMES.label.capitalize()}*: the provider's package is imported before `main.py` begins. That loads",
        "  all its modules, in Python and in Node; *in Node alone*: Python loads only what is used. All write the same",
        "  JSON, byte for byte: that is checked.",
        "- Again: `make bench`; this part alone: `python -m tools.bench --scenario synth`.",
    )
