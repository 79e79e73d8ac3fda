"""The page in a real browser: on a phone and on a desk, in light and in dark, by keyboard alone."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from ops.report import palette
from ops.report.catia_report import CatiaPart
from ops.report.facts import DayFacts
from ops.report.page import render
from tests.report.browser import browser_variables, look
from tests.report.conftest import HOSTILE

SCREENS = [{"width": width, "colorScheme": scheme} for width in (360, 1280) for scheme in ("light", "dark")]
#: In CSS pixels: what can still be read.
SMALLEST_TEXT = 9


def rgb(colour: str) -> str:
    return f"rgb({', '.join(str(int(colour[place : place + 2], 16)) for place in (1, 3, 5))})"


@pytest.fixture(scope="module")
def page(facts: DayFacts, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(render(facts), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def seen(page: Path, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    return look(page, browser_variables(tmp_path_factory.mktemp("browser")), SCREENS)


@pytest.fixture(params=range(len(SCREENS)), ids=[f"{each['width']}-{each['colorScheme']}" for each in SCREENS])
def screen(request: pytest.FixtureRequest, seen: list[dict[str, Any]]) -> dict[str, Any]:
    of_screen: dict[str, Any] = seen[request.param]
    return of_screen


def test_nothing_goes_wrong_and_nothing_is_asked_for(screen: dict[str, Any], page: Path) -> None:
    assert screen["said"] == []
    assert screen["requests"] == [f"file://{page}"]
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


def test_the_numbers_are_the_facts(screen: dict[str, Any], facts: DayFacts) -> None:
    assert isinstance(facts.part, CatiaPart)
    activity = facts.part.activity
    headlines = screen["closed"]["headlines"]
    assert headlines["conversations"] == f"{activity.today.conversations:,}"
    assert headlines["questions"] == f"{activity.today.questions:,}"
    tables = screen["opened"]["tables"]
    hours = [[f"{each.user:,}", f"{each.bot:,}", f"{each.other:,}"] for each in activity.hours]
    assert [row[1:4] for row in tables["messages"]] == hours
    ratings = [[each.gerencia, f"{each.likes:,}", f"{each.dislikes:,}"] for each in activity.ratings]
    assert [row[:3] for row in tables["gerencias"]] == ratings
    assert set(HOSTILE) < {row[0] for row in tables["gerencias"]}
    reasons = {row[0]: row[1] for row in tables["rejects"]}
    assert reasons == {reason: f"{count:,}" for reason, count in facts.run.items.rejected.items()}


def test_everything_is_reached_by_keyboard(screen: dict[str, Any]) -> None:
    reached = screen["reached"]
    assert reached[0]["text"] == "To the figures"
    assert [each["text"] for each in reached if not each["outlined"]] == []
    summaries = [each for each in reached if each["tag"] == "SUMMARY"]
    assert len(summaries) == len(screen["opened"]["tables"]) + 1  # of each figure, and the checks
    assert all(each["opened"] for each in summaries)
    regions = {each["text"] for each in reached if each["tag"] == "DIV"}
    assert {"Messages by hour", "Rows by table", "All checks"} <= regions


def test_each_chart_is_told_as_one_picture(screen: dict[str, Any]) -> None:
    # YAML puts what holds a colon in quotes.
    pictures = [line for line in screen["tree"].splitlines() if re.match(r" *- '?img ", line)]
    assert len(pictures) == len(screen["opened"]["tables"])
    assert any("of the whole table" in line for line in pictures)
