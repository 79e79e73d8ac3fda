"""The page as text: what is data stays data, nothing is fetched, and every state of a day has its words."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from datetime import date, datetime
from html.parser import HTMLParser
from typing import Any

import pytest

from contract.source import ItemKind
from ops.report import catia_week_charts as week_charts
from ops.report.catia_facts import GerenciaRatings
from ops.report.catia_report import CatiaPart
from ops.report.facts import DayFacts, State
from ops.report.page import render, stylesheet
from ops.wording import language
from tests import orders
from tests.unit.ops.report import samples
from tests.unit.ops.runs import run_of

HOSTILE = (
    "<script>alert(1)</script>",
    "</svg></figure><img src=https://example.com/x onerror=alert(2)>",
    "\"' onload='x",
    "{{ 7 * 7 }}{% raw %}",
    "</style><style>@import url(//example.com)</style>",
    "&lt;b&gt;",
    "\x00\x08\ud7ff\u202egirado",
    "",
    " ",
    "Gerencia " + "muy " * 200 + "larga",
    "a\nb\u2028c",
    "👩🏽‍💻 ñandú",
)


class Page(HTMLParser):
    """Elements with their attributes, ids, and text by element."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def tags(self) -> set[str]:
        return {tag for tag, _ in self.elements}

    def all(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.elements if tag == name]


def hostile_facts() -> DayFacts:
    ratings = tuple(GerenciaRatings(name, likes=3, dislikes=1) for name in HOSTILE)
    runs = (samples.run(date(2026, 1, 29)), samples.run(samples.DAY, rejected=dict.fromkeys(HOSTILE, 2)))
    return samples.facts(part=CatiaPart(samples.activity(ratings)), runs=runs)


@pytest.fixture(scope="module")
def plain() -> str:
    return render(samples.facts())


@pytest.fixture(scope="module")
def hostile() -> str:
    return render(hostile_facts())


def test_words_of_the_data_are_never_markup(plain: str, hostile: str) -> None:
    harmless, tried = Page(plain), Page(hostile)
    assert tried.tags() == harmless.tags() | {"tspan"}, "a name of several lines"
    assert "script" not in tried.tags()
    assert tried.all("img") == []
    assert {name for _, attributes in tried.elements for name in attributes if name.startswith("on")} == set()
    assert "".join(tried.text).count("<script>alert(1)</script>") == 4  # two charts and their tables
    assert "{{ 7 * 7 }}" in "".join(tried.text)
    assert "@import" not in stylesheet()


@pytest.mark.parametrize("fixture", ["plain", "hostile"])
def test_nothing_is_fetched(fixture: str, request: pytest.FixtureRequest) -> None:
    page = Page(request.getfixturevalue(fixture))
    assert page.tags().isdisjoint(
        {"link", "script", "img", "iframe", "object", "embed", "base", "use", "image", "form"}
    )
    addresses = [
        value
        for _, attributes in page.elements
        for name, value in attributes.items()
        if name in {"src", "href", "xlink:href", "srcset", "action", "style", "background", "poster", "data"}
    ]
    assert [address for address in addresses if not (address or "").startswith("#")] == []
    assert "url(" not in stylesheet()
    assert [value for _, each in page.elements for value in each.values() if value and "url(" in value] == []


def test_links_lead_to_what_is_there(plain: str) -> None:
    page = Page(plain)
    identities = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(identities) == len(set(identities))
    assert {(attributes["href"] or "")[1:] for attributes in page.all("a")} <= set(identities)
    for attributes in page.all("svg"):
        if attributes.get("role") == "img":
            assert attributes["aria-labelledby"] in identities
        else:
            assert attributes["aria-hidden"] == "true"


def test_the_footer_says_which_version_made_the_run() -> None:
    made = samples.facts(runs=(replace(samples.run(samples.DAY), code_version="1.2.3"),))
    (footer,) = re.findall(r"<footer>.*</footer>", render(made))
    assert "CAT Data Platform 1.2.3" in footer


def test_the_policy_allows_this_style_and_nothing_else(plain: str) -> None:
    (policy,) = (each["content"] for each in Page(plain).all("meta") if "http-equiv" in each)
    style = re.search(r"<style>(.*?)</style>", plain, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert policy is not None
    assert policy.split("; ")[:2] == ["default-src 'none'", f"style-src 'sha256-{digest}'"]


def test_each_figure_has_a_caption_and_its_numbers(plain: str) -> None:
    page = Page(plain)
    figures = page.all("figure")
    assert len(figures) == len(page.all("figcaption")) == 12
    assert len(page.all("details")) == len(figures) + 1
    assert {each["scope"] for each in page.all("th")} == {"col", "row"}
    assert page.all("html") == [{"lang": "en"}]


def test_a_large_page_stays_small(hostile: str) -> None:
    assert len(hostile.encode()) < 200_000


def words_in(page: str) -> str:
    return " ".join("".join(Page(page).text).split())


def words_of(facts: DayFacts) -> str:
    return words_in(render(facts))


def test_key_figures_come_with_what_is_usual(plain: str) -> None:
    said = words_in(plain)
    assert "conversations 70 6.1% more than usual: 66" in said.replace("conversations70", "conversations 70 ")
    assert "All checks passed (1) at " in said
    assert "1,545 items in the source table" in said


def test_a_quarantined_run_shows_what_failed_first() -> None:
    said = words_of(samples.facts(state=State.QUARANTINED, checks=(samples.check(passed=False),), part=None))
    assert "The run is quarantined, it failed messages: unique key." in said
    assert "The tables hold no run yet" in said
    assert "Messages by hour" not in said
    assert ": 0 of 1 passed" in said


def test_the_tables_may_be_of_another_run(plain: str) -> None:
    other = CatiaPart(replace(samples.activity(), run_id="another-run"))
    told = "Conversations and feedback are told by the tables as they are now, after run another-run."
    for state, said in (
        (State.QUARANTINED, "The run is quarantined"),
        (State.WAITING, "ETL-2 has not published this run yet."),
        (State.OVERTAKEN, "This run was never published: a newer one took its place."),
        (State.PUBLISHED, "checks passed"),
    ):
        page = words_of(samples.facts(state=state, checks=(samples.check(passed=False),), part=other))
        assert said in page
        assert told in page
    assert "are told by the tables" not in words_in(plain)


def test_what_was_hard_for_the_run_is_said() -> None:
    facts = samples.facts(runs=(samples.run(samples.DAY, throttled=3),), days_without_run=(date(2026, 1, 28),))
    said = words_of(facts)
    assert "DynamoDB throttled requests of the run: 3." in said
    assert "No complete run on 28 Jan" in said
    assert "nothing earlier to compare" in said


def test_a_day_on_which_nobody_came() -> None:
    silent = samples.activity(())
    days = tuple(type(each)(each.day) for each in silent.days)
    hours = tuple(replace(each, user=0, bot=0, other=0, usual=0.0) for each in silent.hours)
    questions = tuple(replace(each, conversations=0, in_window=0) for each in silent.questions)
    runs = (samples.run(samples.DAY, rejected={}),)
    nothing = replace(silent, days=days, hours=hours, questions=questions)
    said = words_of(samples.facts(part=CatiaPart(nothing), runs=runs))
    assert "Nobody gave feedback in 30 days." in said
    assert "No message of this day has a time of its own." in said


def running_part() -> CatiaPart:
    """The day was read in its morning."""
    at = datetime(2026, 1, 30, 10, 12, tzinfo=samples.BOGOTA)
    return CatiaPart(replace(samples.activity(), read_at=at, last_whole_day=date(2026, 1, 29)))


def test_a_running_day_is_marked_and_compared_with_none(plain: str) -> None:
    said = words_of(samples.facts(part=running_part()))
    assert said.count("read 10:12, not compared") == 4, "each of the day's key figures"
    assert "30 Jan, read 10:12, is in the table, and left out of the drawing" in said
    assert "The day was read 10:12: later hours are not in it." in said
    assert "The mark is the share in 30 days" not in said
    assert "not compared" not in words_in(plain).replace("drawn pale and not compared", "")


@pytest.mark.parametrize("code", ["en", "es"])
def test_one_run_with_one_check_is_not_told_in_the_plural(code: str) -> None:
    said = words_of(samples.facts(language=code, runs=(samples.run(samples.DAY),)))
    plurals = r"runs|checks|requests|segments|ejecuciones|revisiones|solicitudes|segmentos"
    assert re.findall(rf"\b1 (?:{plurals})\b", said) == []


def test_only_whole_weeks_are_compared(plain: str) -> None:
    said = words_in(plain)
    # The eleven before have 60 to 70 users, the last whole one 71, the running one 72.
    assert "71 users in the week of 19 Jan, 10 of them for the first time; 9.2% more than usual: 65." in said
    assert "The running week is drawn pale and not compared." in said
    assert "26 Jan to 30 Jan, running" in said
    assert "25% of 20 ratings in the week of 19 Jan; usual is 25%." in said


def test_every_week_is_drawn_in_its_place_the_pale_first_one_too() -> None:
    whole = samples.activity()
    first, *others = whole.weeks
    pale = replace(whole, weeks=(replace(first, week=replace(first.week, whole=False)), *others))
    words = language("en")
    # Of the charts of weeks, the one that is drawn in layers.
    labels = re.findall(r">(\d+ [A-Z][a-z]{2})</text>", week_charts.talks(pale.weeks, "chart", words))
    assert labels == [words.day(each.week.first) for each in pale.weeks][::-3][::-1]


def test_weeks_before_the_tables_begin_are_not_shown() -> None:
    whole = samples.activity()
    first = replace(whole.weeks[-2], week=replace(whole.weeks[-2].week, whole=False))
    begun = replace(whole, weeks=(first, whole.weeks[-1]), first_day=date(2026, 1, 21))
    said = words_of(samples.facts(part=CatiaPart(begun)))
    assert "No week is whole yet. The tables begin on 21 Jan: that week is drawn pale and not compared." in said
    assert "19 Jan to 25 Jan, not whole" in said
    empty = replace(whole, weeks=(), first_day=None)
    assert "No week is whole yet." in words_of(samples.facts(part=CatiaPart(empty)))


def test_in_spanish() -> None:
    checks = (samples.check(passed=False),)
    page = Page(render(samples.facts(language="es", state=State.QUARANTINED, checks=checks, part=running_part())))
    assert page.all("html") == [{"lang": "es"}]
    said = " ".join("".join(page.text).partition(stylesheet())[2].split())
    assert "Viernes, 30 de enero de 2026" in said
    assert "1.545 ítems en la tabla de origen" in said
    assert "Tendencias: 12 semanas" in said
    english = ("the", "and", "day", "week", "users", "share", "rows", "took", "Jan", "usual")
    assert [word for word in english if re.search(rf"\b{word}\b", said)] == []


def order_facts(**values: Any) -> DayFacts:
    rows = {"orders": 999, "order_lines": 3000, "rejected": 1}
    runs = tuple(run_of(orders.CONTRACT, {"orders": 999}, rows, number) for number in (1, 2))
    return samples.facts(contract=orders.CONTRACT, part=None, runs=runs, **values)


def test_a_contract_without_a_part_of_its_own_has_what_every_report_has() -> None:
    page = Page(render(order_facts()))
    said = " ".join("".join(page.text).split())
    assert "orders · daily report · test" in said
    assert "All checks passed (1) at " in said
    assert [each for each in page.elements if each[1].get("class") == "bad"] == [], "no table of the day is missing"
    figures = [attributes["id"] for attributes in page.all("figure")]
    assert figures == ["items", "rejects", "durations"]
    assert {"volumes", "work", "quality", "cost", "tables"} <= {each.get("id") for _, each in page.elements}
    assert [row for row in ("order_lines3,000", "orders999", "rejected1") if row not in said.replace(" ", "")] == []
    assert "other kinds" not in said
    of_catia = ("CatIA", "conversation", "eedback", "gerencia", "chatbot", "egister")
    assert [word for word in of_catia if word in said] == []


@pytest.mark.parametrize("state", [State.WAITING, State.QUARANTINED])
def test_states_of_such_a_contract(state: State) -> None:
    checks = (samples.check(passed=False),) if state is State.QUARANTINED else ()
    said = words_of(order_facts(state=state, checks=checks))
    wanted = {
        State.WAITING: "ETL-2 has not published this run yet.",
        State.QUARANTINED: "it failed messages: unique key.",
    }
    assert wanted[state] in said
    assert "The day has no tables" not in said


def test_many_kinds_are_drawn_as_far_as_colours_go() -> None:
    kinds = tuple(ItemKind(name) for name in ("drafts", "returns", "notes"))
    contract = replace(orders.CONTRACT, kinds=(*orders.CONTRACT.kinds, *kinds))
    accepted = {"orders": 900, "drafts": 50, "returns": 40, "notes": 9}
    rows = {"orders": 900, "order_lines": 3000, "rejected": 1}
    page = Page(render(samples.facts(contract=contract, part=None, runs=(run_of(contract, accepted, rows, 1),))))
    said = "".join(page.text)
    assert "2 other kinds" in said
    assert all(f"{name}" in said for name in accepted), "the table has each"
