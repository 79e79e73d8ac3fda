"""CatIA's own part of a report: what people asked, and what they thought of the answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from contract.sources.catia import CONVERSATIONS, FEEDBACK, MESSAGES
from ops.report import catia_figures
from ops.report.catia_activity import ActivityTables, activity
from ops.report.catia_facts import share_liked
from ops.report.drawing import spark
from ops.report.elements import Headline
from ops.report.headlines import headline
from ops.report.own import Card, OwnReport, Section
from ops.report.window import USUAL_DAYS
from ops.report.wording import number, percent

if TYPE_CHECKING:
    from contract.datasets import Dataset
    from ops.report.catia_facts import Activity
    from ops.report.tables import CuratedTable
    from ops.report.window import Window


@dataclass(frozen=True)
class CatiaPart:
    """What people did with the chatbot, as the page shows it."""

    activity: Activity

    @property
    def run_id(self) -> str:
        """The run that the tables were made of."""
        return self.activity.run_id

    def headlines(self) -> tuple[Headline, ...]:
        """Return how many conversations, questions and users there were, and what was liked."""
        days = self.activity.days
        counted = (
            ("conversations", [each.conversations for each in days]),
            ("questions", [each.questions for each in days]),
            ("users", [each.users for each in days]),
        )
        return (*(headline(name, values, number) for name, values in counted), self._liked())

    def _liked(self) -> Headline:
        liked = [each.liked_share for each in self.activity.days]
        week = self.activity.days[-1 - USUAL_DAYS : -1]
        likes, dislikes = sum(each.likes for each in week), sum(each.dislikes for each in week)
        before = share_liked(likes, dislikes)
        usual = "none the week before" if before is None else f"the week before {percent(before)}"
        today = self.activity.today
        said = f"of {number(today.likes + today.dislikes)}; {usual}"
        return Headline("feedback liked", percent(liked[-1]), said, spark(liked))

    def sections(self) -> tuple[Section, ...]:
        """Return what people asked, and what they thought of the answers."""
        note = "Liked is the share of likes in what was rated."
        ratings = Card("ratings", "Liked, all in all", catia_figures.ratings(self.activity.days), note)
        return (
            Section("activity", "Activity", catia_figures.of_activity(self.activity)),
            Section("opinions", "Feedback", catia_figures.of_feedback(self.activity), (ratings,)),
        )


def _part(tables: Mapping[Dataset, CuratedTable], window: Window, run_id: str) -> CatiaPart:
    found = ActivityTables(tables[CONVERSATIONS], tables[MESSAGES], tables[FEEDBACK])
    return CatiaPart(activity(found, window, run_id))


CATIA: Final = OwnReport(
    title="CatIA",
    datasets=(CONVERSATIONS, MESSAGES, FEEDBACK),
    make=_part,
    without_tables="The tables hold no run yet: nothing is said of conversations.",
    other_run="Conversations and feedback are told by the tables as they are now, after run",
    quoted="names of gerencias",
)
