"""What is written and drawn stands out from what is behind it, by WCAG 2.2 AA, in both modes."""

from __future__ import annotations

import pytest

from ops.report import palette
from ops.report.palette import Colour

MODES = ("light", "dark")
TEXT, GRAPHICS = 4.5, 3.0


def luminance(colour: str) -> float:
    """https://www.w3.org/TR/WCAG22/#dfn-relative-luminance."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in channels]
    return sum(share * each for share, each in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    brighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def test_the_formula() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("surface", palette.SURFACES, ids=lambda colour: colour.name)
@pytest.mark.parametrize("text", palette.TEXTS, ids=lambda colour: colour.name)
def test_text(text: Colour, surface: Colour, mode: str) -> None:
    assert contrast(getattr(text, mode), getattr(surface, mode)) >= TEXT


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("series", palette.SERIES, ids=lambda colour: colour.name)
def test_graphics(series: Colour, mode: str) -> None:
    assert contrast(getattr(series, mode), getattr(palette.CARD, mode)) >= GRAPHICS


def test_a_colour_of_a_chart_means_one_variable() -> None:
    assert len(palette.VARIABLE_OF) == len(palette.PALETTE) == len({colour.name for colour in palette.PALETTE})


def test_paper_is_light() -> None:
    light, _, dark = palette.css().partition("@media screen and (prefers-color-scheme: dark)")
    assert palette.PAGE.light in light
    assert palette.PAGE.dark in dark
    assert palette.PAGE.dark not in light
