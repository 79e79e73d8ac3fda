"""The charts that every report has: which facts are drawn, and how."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import altair as alt
from markupsafe import Markup

from contract.runs import RunSummary
from contract.source import SourceContract
from ops.report import marks, palette
from ops.report.drawing import label, picture
from ops.runs import seconds_of
from ops.wording import Language

#: Of so many runs each has its day on the axis.
_NAMED_RUNS: Final = 5
#: What the contract's kinds are drawn in, and what the items that were left out or rejected.
_KINDS: Final = (palette.FIRST, palette.SECOND, palette.THIRD)
_ENDS: Final = (palette.FOURTH, palette.FIFTH)


def items_by_kind(contract: SourceContract, runs: Sequence[RunSummary], identity: str, words: Language) -> Markup:
    """Draw where the scanned items of each run went; of many kinds, the last together."""
    counts = [_drawn(items_of(contract, run, words), words) for run in runs]
    kinds = len(counts[0]) - len(_ENDS)
    colours = dict(zip(counts[0], (*_KINDS[:kinds], *_ENDS), strict=True))
    rows = marks.series("day", (words.day(run.dt) for run in runs), colours, [each.values() for each in counts])
    bars = (
        marks.chart(rows)
        .mark_bar()
        .encode(x=_days(runs, words), y=marks.counts(), color=marks.colours(colours, columns=3), order=marks.STACKED)
    )
    return picture(bars.properties(height=marks.HEIGHT + 20), identity, words)


def rejects_by_reason(reasons: Mapping[str, int], identity: str, words: Language) -> Markup:
    """Draw how many items were rejected for each reason, in the order given."""
    names = marks.distinct(label(reason, words.say("gerencias.unnamed")) for reason in reasons)
    rows = [{"name": name, "count": count} for name, count in zip(names, reasons.values(), strict=True)]
    return marks.lying(rows, names, identity, words, color=alt.value(palette.FIFTH.light))


def run_seconds(runs: Sequence[RunSummary], identity: str, words: Language) -> Markup:
    """Draw how long each run of ETL-1 took."""
    rows = [{"day": words.day(run.dt), "count": seconds_of(run)} for run in runs]
    y = alt.Y("count:Q", title=words.say("durations.axis"), axis=alt.Axis(tickCount=4))
    bars = marks.chart(rows).mark_bar(color=palette.FIRST.light).encode(x=_days(runs, words), y=y)
    return picture(bars.properties(height=marks.HEIGHT), identity, words)


def items_of(contract: SourceContract, run: RunSummary, words: Language) -> dict[str, int]:
    """Return where a run's items went: the contract's kinds, those that were left out, the rejected."""
    items = run.items
    kinds = {kind: items.accepted[kind] for kind in contract.kind_names}
    left_out = items.excluded_total + items.tombstoned
    return {**kinds, words.say("items.left_out"): left_out, words.say("items.rejected"): items.rejected_total}


def _days(runs: Sequence[RunSummary], words: Language) -> alt.X:
    return marks.named_axis("day", [words.day(run.dt) for run in runs], -(-len(runs) // _NAMED_RUNS))


def _drawn(counts: dict[str, int], words: Language) -> dict[str, int]:
    """Return the counts that can be told apart by their colours."""
    kinds, ends = list(counts)[: -len(_ENDS)], list(counts)[-len(_ENDS) :]
    if len(kinds) <= len(_KINDS):
        return counts
    kept, together = kinds[: len(_KINDS) - 1], kinds[len(_KINDS) - 1 :]
    others = {words.say("items.others", count=len(together)): sum(counts[kind] for kind in together)}
    return {**{kind: counts[kind] for kind in kept}, **others, **{end: counts[end] for end in ends}}
