"""CatIA's own part of a report: what people asked, and what they thought of the answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from contract.datasets import Dataset
from contract.sources.catia import CONVERSATIONS, FEEDBACK, MESSAGES
from ops.report import catia_figures, catia_weeks
from ops.report.catia_activity import ActivityTables, activity
from ops.report.catia_facts import Activity, Ratings
from ops.report.drawing import spark
from ops.report.elements import Headline
from ops.report.headlines import headline
from ops.report.own import Card, OwnReport, Section
from ops.report.window import TREND_WEEKS, USUAL_DAYS, Window
from ops.wording import Language

if TYPE_CHECKING:
    from ops.report.tables import CuratedTable


@dataclass(frozen=True)
class CatiaPart:
    """What people did with the chatbot, as the page shows it."""

    activity: Activity

    @property
    def run_id(self) -> str:
        """The run that the tables were made of."""
        return self.activity.run_id

    def headlines(self, words: Language) -> tuple[Headline, ...]:
        """Return how many conversations, questions and users there were, and what was liked."""
        days = self.activity.days
        counted = (
            ("conversations", [each.conversations for each in days]),
            ("questions", [each.questions for each in days]),
            ("users", [each.users for each in days]),
        )
        found = (*(headline(name, values, words.number, words) for name, values in counted), self._liked(words))
        if not self.activity.is_running:
            return found
        told = words.say("trend.running", at=words.moment(self.activity.read_at, days[-1].day))
        lines: list[Sequence[float | None]] = [*(values for _, values in counted), [each.liked_share for each in days]]
        return tuple(replace(each, trend=told, svg=spark(line[:-1])) for each, line in zip(found, lines, strict=True))

    def _liked(self, words: Language) -> Headline:
        liked = [each.liked_share for each in self.activity.days]
        week = self.activity.days[-1 - USUAL_DAYS : -1]
        before = Ratings.of_all(week).liked_share
        rated = words.number(self.activity.today.rated)
        said = words.say("headline.liked_first", rated=rated)
        if before is not None:
            said = words.say("headline.liked_trend", rated=rated, before=words.percent(before))
        return Headline(words.say("headline.liked"), words.percent(liked[-1]), said, spark(liked))

    def sections(self, words: Language) -> tuple[Section, ...]:
        """Return what people asked, what they thought of the answers, and how that went in twelve weeks."""
        figures, table = catia_figures, catia_figures.ratings(self.activity, words)
        ratings = Card("ratings", words.say("ratings.title"), table, words.say("ratings.note"))
        return (
            Section("activity", words.say("catia.activity"), figures.of_activity(self.activity, words)),
            Section("opinions", words.say("catia.opinions"), figures.of_feedback(self.activity, words), (ratings,)),
            Section(
                "trends",
                words.say("catia.trends", weeks=TREND_WEEKS),
                catia_weeks.of_weeks(self.activity, words),
                (catia_weeks.compared(self.activity, words),),
            ),
        )


def _part(tables: Mapping[Dataset, CuratedTable], window: Window, run_id: str) -> CatiaPart:
    found = ActivityTables(tables[CONVERSATIONS], tables[MESSAGES], tables[FEEDBACK])
    return CatiaPart(activity(found, window, run_id))


CATIA: Final = OwnReport(title="CatIA", datasets=(CONVERSATIONS, MESSAGES, FEEDBACK), make=_part, texts="catia")
