"""Numbers and names as the page writes them."""

from __future__ import annotations

import pytest

from ops.report import wording
from ops.report.drawing import label
from ops.report.headlines import trend


@pytest.mark.parametrize(
    ("value", "written"),
    [(0, "0"), (1234567, "1,234,567"), (2.0, "2"), (2.25, "2.2")],
)
def test_numbers(value: float, written: str) -> None:
    assert wording.number(value) == written


@pytest.mark.parametrize(
    ("share", "written"), [(None, "-"), (0, "0%"), (1, "100%"), (0.042, "4.2%"), (0.456, "46%"), (1.5, "150%")]
)
def test_shares(share: float | None, written: str) -> None:
    assert wording.percent(share) == written


@pytest.mark.parametrize(
    ("amount", "written"), [(0, "$0.0000"), (0.00001, "< $0.0001"), (0.0015, "$0.0015"), (1234.5, "$1,234.50")]
)
def test_amounts(amount: float, written: str) -> None:
    assert wording.dollars(amount) == written


@pytest.mark.parametrize(("count", "written"), [(5, "5 bytes"), (1536, "1.5 kB"), (2**40 * 2000, "2,000.0 TB")])
def test_sizes(count: float, written: str) -> None:
    assert wording.size(count) == written


@pytest.mark.parametrize(("count", "written"), [(1.25, "1.2 s"), (119.9, "119.9 s"), (120, "2.0 min")])
def test_durations(count: float, written: str) -> None:
    assert wording.seconds(count) == written


@pytest.mark.parametrize(
    ("now", "before", "written"), [(5, 3, "+2"), (3, 5, "-2"), (3, 3, "0"), (3, None, "-"), (2000, 0, "+2,000")]
)
def test_changes(now: float, before: float | None, written: str) -> None:
    assert wording.change(now, before) == written


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
    assert trend(value, before, wording.number) == said


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("Gerencia  Financiera", "Gerencia Financiera"),
        ("a\nb\tc\u2028d", "a b c d"),
        ("\x00\x08\u202egirado", "girado"),
        ("", "(unnamed)"),
        ("\u200b", "(unnamed)"),
        ("x" * 42, "x" * 42),
        ("x" * 43, "x" * 41 + "…"),
    ],
)
def test_labels(text: str, drawn: str) -> None:
    assert label(text) == drawn
