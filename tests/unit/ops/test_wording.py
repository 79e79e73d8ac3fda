"""Numbers and names as the page writes them, and that both languages have all words."""

from __future__ import annotations

import ast
import re
import string
from datetime import date, datetime
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

import ops.report
from envs.schema import ReportSettings
from ops.report.drawing import label
from ops.report.headlines import trend
from ops.wording import TEXTS, language

EN, ES = language("en"), language("es")
LANGUAGES = get_args(get_type_hints(ReportSettings)["language"])
_REPORT = Path(ops.report.__file__).parent
_KEY = re.compile(r"[a-z_]+\.[a-z_]+")


def placeholders(text: str | list[str]) -> set[str | None] | int:
    """The values of a text, or how many texts there are."""
    if isinstance(text, list):
        return len(text)
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def shape(code: str) -> dict[str, set[str | None] | int]:
    return {
        f"{section}.{name}": placeholders(text)
        for section, texts in language(code).texts.items()
        for name, text in texts.items()
    }


def test_every_language_of_the_setting_has_the_same_texts_with_the_same_values() -> None:
    assert {path.stem for path in TEXTS.glob("*.toml")} == set(LANGUAGES)
    for code in LANGUAGES:
        assert shape(code) == shape("en"), code


def test_no_text_was_left_in_the_other_language() -> None:
    # What is the same in both: names, units, and words that both languages write alike.
    alike = {"calendar.day", "page.title", "tables.runs", "quality.of", "gerencias.gerencia", "messages.from_bot"}
    found = {
        f"{section}.{name}"
        for section, texts in EN.texts.items()
        for name, text in texts.items()
        if text == ES.texts[section][name] and section != "numbers" and re.search("[a-z]{3}", str(text))
    }
    assert found <= alike | {"cost.function", "cost.job"}


def test_the_code_says_nothing_but_texts() -> None:
    """Sentences stand in the texts: the template has no words of its own, and each key that is named exists."""
    template = (_REPORT / "templates" / "page.html").read_text(encoding="utf-8")
    without = re.sub(r"\{[%{].*?[%}]\}|<[^>]*>", " ", template, flags=re.DOTALL)
    assert re.findall(r"[A-Za-z]{3,}", without.replace("CAT Data Platform", "")) == [], "but the platform's name"
    keys, named = set(shape("en")), set()
    for path in _REPORT.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and _KEY.fullmatch(node.value):
                named.add(node.value)
    named |= set(re.findall(r'say\("([a-z_]+\.[a-z_]+)"', template))
    sections = {key.partition(".")[0] for key in keys}
    missing = {key for key in named if key.partition(".")[0] in sections} - keys
    assert missing == {"page.css", "page.html"}, "the template's files are named alike"


@pytest.mark.parametrize(
    ("value", "english", "spanish"),
    [(0, "0", "0"), (1234567, "1,234,567", "1.234.567"), (2.0, "2", "2"), (2.25, "2.2", "2,2")],
)
def test_numbers(value: float, english: str, spanish: str) -> None:
    assert (EN.number(value), ES.number(value)) == (english, spanish)


@pytest.mark.parametrize(("value", "written"), [(0.01234, "0.0123"), (75.25, "75.2"), (1234.5, "1,234")])
def test_brief_numbers(value: float, written: str) -> None:
    assert EN.brief(value) == written


@pytest.mark.parametrize(
    ("share", "english", "spanish"),
    [(None, "-", "-"), (0, "0%", "0 %"), (1, "100%", "100 %"), (0.042, "4.2%", "4,2 %"), (1.5, "150%", "150 %")],
)
def test_shares(share: float | None, english: str, spanish: str) -> None:
    assert (EN.percent(share), ES.percent(share).replace("\u00a0", " ")) == (english, spanish)


@pytest.mark.parametrize(
    ("amount", "english", "spanish"),
    [
        (0, "$0.0000", "US$ 0,0000"),
        (0.00001, "less than $0.0001", "menos de US$ 0,0001"),
        (0.0015, "$0.0015", "US$ 0,0015"),
        (1234.5, "$1,234.50", "US$ 1.234,50"),
    ],
)
def test_amounts(amount: float, english: str, spanish: str) -> None:
    assert (EN.dollars(amount), ES.dollars(amount).replace("\u00a0", " ")) == (english, spanish)


@pytest.mark.parametrize(("count", "written"), [(5, "5 bytes"), (1536, "1.5 kB"), (2**40 * 2000, "2,000.0 TB")])
def test_sizes(count: float, written: str) -> None:
    assert EN.size(count) == written


@pytest.mark.parametrize(("count", "written"), [(1.25, "1.2 s"), (119.9, "119.9 s"), (120, "2.0 min")])
def test_durations(count: float, written: str) -> None:
    assert EN.seconds(count) == written


@pytest.mark.parametrize(
    ("now", "before", "written"), [(5, 3, "+2"), (3, 5, "-2"), (3, 3, "0"), (3, None, "-"), (2000, 0, "+2,000")]
)
def test_changes(now: float, before: float | None, written: str) -> None:
    assert EN.change(now, before) == written


@pytest.mark.parametrize(("now", "before", "written"), [(0.5, 0.456, "+4 points"), (0.5, None, "-")])
def test_changes_of_shares(now: float, before: float | None, written: str) -> None:
    assert EN.points(now, before) == written


@pytest.mark.parametrize(
    ("code", "day", "full"),
    [("en", "3 Jan", "Saturday, 3 January 2026"), ("es", "3 ene", "Sábado, 3 de enero de 2026")],
)
def test_days(code: str, day: str, full: str) -> None:
    found = date(2026, 1, 3)
    assert (language(code).day(found), language(code).full_day(found)) == (day, full)


def test_a_moment_of_another_day_has_its_date() -> None:
    at = datetime(2026, 1, 3, 10, 12)
    assert [EN.moment(at, date(2026, 1, day)) for day in (3, 4)] == ["10:12", "2026-01-03 10:12"]


@pytest.mark.parametrize(
    ("value", "before", "said"),
    [
        (5, [], "nothing earlier to compare"),
        (5, [5], "as usual: 5"),
        (150, [100, 1, 1000], "50% more than usual: 100"),
        (99, [100, 100], "1.0% less than usual: 100"),
        (3, [0, 0], "more than usual: 0"),
    ],
)
def test_trends(value: float, before: list[float], said: str) -> None:
    assert trend(value, before, EN.number, EN) == said


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("Gerencia  Financiera", "Gerencia Financiera"),
        ("a\nb\tc\u2028d", "a b c d"),
        ("\x00\x08\u202egirado", "girado"),
        ("", "(unnamed)"),
        ("\u200b", "(unnamed)"),
        ("Gerencia de Desarrollo Organizacional", "Gerencia de Desarrollo\nOrganizacional"),
        ("x" * 40, "x" * 22 + "\n" + "x" * 18),
        ("x" * 88, "\n".join(["x" * 22] * 4)),
        ("x" * 89, "\n".join(["x" * 22] * 3) + "\n" + "x" * 21 + "…"),
    ],
)
def test_labels(text: str, drawn: str) -> None:
    assert label(text, "(unnamed)") == drawn
