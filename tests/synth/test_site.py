"""The pages and pictures that follow from the synthesized stacks are those of the stacks."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest

from tests.report.browser import browser_variables, run_script
from tests.report.test_browser import SCREENS
from tools.local.synthesis import documents_in
from tools.site.pages import WRITER, ZONES, pages_of_stacks, stacks_of_prod
from tools.site.pictures.architecture import architecture
from tools.site.site import build


@pytest.fixture(scope="module")
def written(default_output: Path) -> dict[Path, str]:
    return dict(pages_of_stacks(stacks_of_prod(documents_in(default_output))))


def test_the_pages_are_those_of_the_stacks(written: dict[Path, str]) -> None:
    assert {path: path.read_text(encoding="utf-8") for path in written} == written, "write them again: make docs"


def test_the_picture_shows_the_way_of_the_data(default_output: Path) -> None:
    graph = architecture(stacks_of_prod(documents_in(default_output)), ZONES, WRITER)
    flow = {(edge.start, edge.end): edge.label for edge in graph.edges if edge.kind == "flow"}
    way = (
        *("cat-prod-catia-conversations-table", "cat-prod-lambda-normalize", "reports/etl-process1/"),
        *("cat-prod-etl2-run-arrived", "cat-prod-etl2-workflow", "cat-prod-etl2-parquet", "reports/etl-process2/"),
        *("cat_prod_analytics_db", "wg-cat-prod-analytics"),
    )
    assert [pair for pair in pairwise(way) if pair not in flow] == []


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site; a link that leads nowhere is an error already."""
    folder = tmp_path_factory.mktemp("site")
    build(folder)
    return folder


def test_the_site_has_all_pages_and_fetches_no_font(site: Path) -> None:
    tables = (site / "reference" / "tables.html").read_text(encoding="utf-8")
    assert "Tables, views and queries" in tables
    assert '<html lang="es"' in (site / "reference" / "tablas.html").read_text(encoding="utf-8")
    assert "<code>sender: text</code>, <code>|</code> between them; <code>||</code> between" in tables
    assert (site / "tools" / "bench" / "RESULTS.html").is_file()
    served = [file for file in site.rglob("*.html") if "https://fonts." in file.read_text(encoding="utf-8")]
    assert served == []


def test_search_finds_pages_in_a_browser_without_a_server_or_a_network(
    site: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    variables = browser_variables(tmp_path_factory.mktemp("browser"))
    answers = {
        "add a column": "Add a column",
        "freshness": "Settings",
        "instantanea": "Tablas, vistas y consultas",
        "costo": "Guía del analista",
    }
    # A phone in light, a desk in dark.
    screens = [SCREENS[0], SCREENS[-1]]
    seen = run_script("site.mjs", variables, str(site), json.dumps([*answers]), json.dumps(screens))
    assert len(seen) == len(answers) * len(screens)
    for each in seen:
        assert answers[each["question"]] in each["found"]
        assert (each["wider"], each["elsewhere"], each["broken"]) == (0, [], [])
