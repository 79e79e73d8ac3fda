"""The page in a real browser: on a phone and on a desk, in light and in dark, by keyboard alone."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ops.report import palette
from ops.report.catia_report import CatiaPart
from ops.report.facts import DayFacts
from ops.report.page import render
from ops.wording import language
from tests.report.browser import browser_variables, look
from tests.report.conftest import HOSTILE

SCREENS = [{"width": width, "colorScheme": scheme} for width in (360, 1280) for scheme in ("light", "dark")]
#: In light and dark is the same text.
SPANISH = [{"width": 360, "colorScheme": "light"}, {"width": 1280, "colorScheme": "dark"}]
SHOWN: list[tuple[str, dict[str, Any]]] = [*(("en", each) for each in SCREENS), *(("es", each) for each in SPANISH)]
#: In CSS pixels: what can still be read.
SMALLEST_TEXT = 9


def rgb(colour: str) -> str:
    return f"rgb({', '.join(str(int(colour[place : place + 2], 16)) for place in (1, 3, 5))})"


@pytest.fixture(scope="module")
def pages(facts: DayFacts, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder, made = tmp_path_factory.mktemp("page"), {}
    for code in ("en", "es"):
        made[code] = folder / f"report-{code}.html"
        made[code].write_text(render(replace(facts, language=code)), encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def seen(pages: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    variables = browser_variables(tmp_path_factory.mktemp("browser"))
    looked = [(code, look(pages[code], variables, screens)) for code, screens in (("en", SCREENS), ("es", SPANISH))]
    return [{"language": code, **screen} for code, screens in looked for screen in screens]


@pytest.fixture(params=range(len(SHOWN)), ids=[f"{code}-{each['width']}-{each['colorScheme']}" for code, each in SHOWN])
def screen(request: pytest.FixtureRequest, seen: list[dict[str, Any]]) -> dict[str, Any]:
    of_screen: dict[str, Any] = seen[request.param]
    return of_screen


def test_nothing_goes_wrong_and_nothing_is_asked_for(screen: dict[str, Any], pages: dict[str, Path]) -> None:
    assert screen["said"] == []
    assert screen["requests"] == [f"file://{pages[screen['language']]}"]
    assert screen["opened"]["scripts"] == 0


def test_nobody_has_to_scroll_sideways(screen: dict[str, Any]) -> None:
    assert screen["closed"]["overflow"] <= 0
    assert screen["opened"]["overflow"] <= 0


def test_colours_are_those_of_the_mode(screen: dict[str, Any]) -> None:
    mode = screen["colorScheme"]
    assert screen["closed"]["background"] == rgb(getattr(palette.PAGE, mode))
    assert screen["closed"]["bar"] == rgb(getattr(palette.FIRST, mode))


def test_charts_can_be_read(screen: dict[str, Any]) -> None:
    assert screen["closed"]["smallest"] >= SMALLEST_TEXT


def test_no_text_is_cut_leaves_its_box_or_lies_on_another(screen: dict[str, Any]) -> None:
    for state in ("closed", "opened"):
        assert screen[state]["spilled"] == []
        assert screen[state]["overlapping"] == []
        assert screen[state]["cut"] == []


def test_no_name_is_cut_in_a_wider_font(screen: dict[str, Any]) -> None:
    assert screen["wide"] == []


def test_the_numbers_are_the_facts(screen: dict[str, Any], facts: DayFacts) -> None:
    assert isinstance(facts.part, CatiaPart)
    activity = facts.part.activity
    words = language(screen["language"])
    headlines, number = screen["closed"]["headlines"], words.number
    assert headlines[words.say("headline.conversations")] == number(activity.today.conversations)
    assert headlines[words.say("headline.questions")] == number(activity.today.questions)
    tables = screen["opened"]["tables"]
    hours = [[number(each.user), number(each.bot), number(each.other)] for each in activity.hours]
    assert [row[1:4] for row in tables["messages"]] == hours
    none = words.say("gerencias.no_gerencia")
    ratings = [[each.gerencia or none, number(each.likes), number(each.dislikes)] for each in activity.ratings]
    assert [row[:3] for row in tables["gerencias"]] == ratings
    assert set(HOSTILE) < {row[0] for row in tables["gerencias"]}
    weeks = [[number(each.users), number(each.new_users)] for each in reversed(activity.weeks)]
    assert [row[1:3] for row in tables["weeks-users"]] == weeks
    reasons = {row[0]: row[1] for row in tables["rejects"]}
    assert reasons == {reason: number(count) for reason, count in facts.run.items.rejected.items()}


def test_everything_is_reached_by_keyboard(screen: dict[str, Any]) -> None:
    reached = screen["reached"]
    words = language(screen["language"])
    assert reached[0]["text"] == words.say("page.skip")
    assert [each["text"] for each in reached if not each["outlined"]] == []
    summaries = [each for each in reached if each["tag"] == "SUMMARY"]
    assert len(summaries) == len(screen["opened"]["tables"]) + 1  # of each figure, and the checks
    assert all(each["opened"] for each in summaries)
    regions = {each["text"] for each in reached if each["tag"] == "DIV"}
    assert {*map(words.say, ("messages.title", "weeks.compared", "tables.title", "quality.all"))} <= regions


def test_each_chart_is_told_as_one_picture(screen: dict[str, Any]) -> None:
    # YAML puts what holds a colon in quotes.
    pictures = [line for line in screen["tree"].splitlines() if re.match(r" *- '?img ", line)]
    assert len(pictures) == len(screen["opened"]["tables"])
    assert any({"en": "of the whole table", "es": "de toda la tabla"}[screen["language"]] in line for line in pictures)
