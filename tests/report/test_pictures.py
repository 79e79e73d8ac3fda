"""The documentation's pictures in a real browser: on a phone and on a desk, in light and in dark, no text overflows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest

from tests.report.browser import browser_variables, run_script
from tests.report.test_browser import SCREENS
from tools.local.machine_tools import PROJECT

PICTURES: Final = sorted((PROJECT / "docs" / "pictures").glob("*.svg"))
#: Wider than its box by far.
OVERFLOWING: Final = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 60"><g class="node"><path d="M10,10H60V40H10Z"/>
<text x="12" y="30">a name that is too long</text></g></svg>"""


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    wrong = tmp_path_factory.mktemp("pictures") / "wrong.svg"
    wrong.write_text(OVERFLOWING, encoding="utf-8")
    pictures = json.dumps([str(path) for path in (*PICTURES, wrong)])
    variables = browser_variables(tmp_path_factory.mktemp("browser"))
    return run_script("pictures.mjs", variables, pictures, json.dumps(SCREENS))


def of(drawn: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    return [each for each in drawn if Path(each["picture"]).name == name]


@pytest.mark.parametrize("picture", PICTURES, ids=lambda path: path.stem)
def test_no_text_overflows_its_box_or_the_picture(drawn: list[dict[str, Any]], picture: Path) -> None:
    seen = of(drawn, picture.name)
    assert len(seen) == len(SCREENS)
    assert all(each["texts"] > 10 for each in seen)
    assert {(each["width"], *told) for each in seen for told in map(tuple, each["misfits"])} == set()


@pytest.mark.parametrize("picture", PICTURES, ids=lambda path: path.stem)
def test_dark_mode_has_colours_of_its_own(drawn: list[dict[str, Any]], picture: Path) -> None:
    colours = {
        scheme: {each["colour"] for each in of(drawn, picture.name) if each["colorScheme"] == scheme}
        for scheme in ("light", "dark")
    }
    assert colours["light"].isdisjoint(colours["dark"])


def test_a_text_that_overflows_would_be_seen(drawn: list[dict[str, Any]]) -> None:
    assert all(each["misfits"] for each in of(drawn, "wrong.svg"))
