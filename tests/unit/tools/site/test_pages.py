"""The pages that follow from code are those of the code, and say what the code says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from contract.serving import named_queries_of, views_of
from contract.sources.catia import CONTRACT
from envs.prod import PROD
from tools.site.markdown import lines, table
from tools.site.pages import DOCS, lineage_of_prod, pages_of_code
from tools.site.settings_page import settings_page
from tools.site.site_hooks import on_page_markdown
from tools.site.tables_page import tables_page

NAMED_QUERIES = named_queries_of(CONTRACT)
VIEWS = views_of(CONTRACT)

ADVICE = "write them again: make docs"


@pytest.fixture(scope="module")
def written() -> dict[Path, str]:
    return dict(pages_of_code())


def test_the_pages_are_those_of_the_code(written: dict[Path, str]) -> None:
    assert {path: path.read_text(encoding="utf-8") for path in written} == written, ADVICE


def test_nothing_else_lies_among_the_generated_pages(written: dict[Path, str]) -> None:
    of_stacks = {DOCS / "reference" / "outputs.md", DOCS / "pictures" / "architecture.svg"}
    found = {path for folder in ("reference", "pictures") for path in (DOCS / folder).iterdir()}
    assert found == {*written, *of_stacks} - {DOCS / "privacy.md"}


def test_a_settings_row_has_type_default_and_values() -> None:
    page = settings_page()
    cutoff = PROD.etl.athena.bytes_scanned_cutoff
    assert (
        f"| `etl.athena.bytes_scanned_cutoff` | `int` | `{10 * 2**30}` | `{2**30}` | `{cutoff}` | `{2**30}` |" in page
    )
    assert "| `normalize.schedule.enabled` | `bool` | *required* | `False` | `True` | `False` |" in page
    assert "| `normalize.extract.scan_segments` | `int or None` | `None` |  |  |  |" in page


def test_all_tables_views_and_queries_are_told() -> None:
    page = tables_page(lineage_of_prod(), NAMED_QUERIES)
    told = [(thing.name, thing.description) for things in (CONTRACT.tables, VIEWS, NAMED_QUERIES) for thing in things]
    assert [name for name, description in told if f"`{name}`" not in page or description not in page] == []


def test_a_bar_in_a_cell_begins_no_cell() -> None:
    assert list(table(("a",), [("x | y",)])) == ["| a |", "| --- |", "| x \\| y |", ""]
    assert lines([("x", "`y | z`"), ("", "|")]) == "| x | `y \\| z` |\n|  | \\| |\n"


def test_for_the_site_only_code_in_tables_loses_its_backslashes() -> None:
    page = "| `a \\| b` | c \\| ``d ` \\| e`` |\n```text\n| `a \\| b` |\n```\nIt is `a \\| b`.\n"
    shown = "| `a | b` | c \\| ``d ` | e`` |\n```text\n| `a \\| b` |\n```\nIt is `a \\| b`.\n"
    nothing: Any = None
    assert on_page_markdown(page, nothing, nothing, nothing) == shown
