"""The pages that follow from code are those of the code, and say what the code says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from contract.datasets import Column, Dataset
from contract.serving import named_queries_of, views_of
from contract.sources.catia import CONTRACT
from contract.sources.catia.spanish import SERVED, SPANISH
from contract.spanish import NIGHTS, QUERIES, REJECTED_ITEMS
from contract.views import View, ViewColumn
from envs.prod import PROD
from tools.site.markdown import lines, table
from tools.site.pages import DOCS, lineage_of_prod, pages_of_code
from tools.site.settings_page import settings_page, texts, what_it_is
from tools.site.site_hooks import on_page_markdown, on_post_page, without_accents
from tools.site.spanish_page import spanish_page
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


def test_every_setting_says_what_it_is_what_it_may_be_and_what_changes() -> None:
    page = settings_page()
    wanted = (
        "| `timeout` | Until the service stops a run: seconds of a function, minutes of a Glue job.",
        "so that only a hanging one is stopped. | from 1 to 900 | In place, from the next run on. |",
        "| 3 to 63 characters: lower-case letters, digits,",
        "| an IANA time zone |",
    )
    assert [text for text in wanted if text not in page] == []
    assert "•" not in page
    with pytest.raises(KeyError):
        what_it_is("normalize.lambda_.", "nobody_described_me")


def test_no_text_is_of_a_setting_that_is_no_more() -> None:
    page = settings_page()
    told = [text for _, pair in entries(texts()) for text in pair]
    assert len(told) > 100
    assert [text for text in told if text.replace("|", "\\|") not in page] == []


def entries(section: dict[str, Any]) -> Iterator[tuple[str, list[str]]]:
    for name, value in section.items():
        if isinstance(value, dict):
            yield from entries(value)
        else:
            yield name, value


def test_all_tables_views_and_queries_are_told() -> None:
    page = tables_page(lineage_of_prod(), NAMED_QUERIES)
    told = [(thing.name, thing.description) for things in (CONTRACT.tables, VIEWS, NAMED_QUERIES) for thing in things]
    assert [name for name, description in told if f"`{name}`" not in page or description not in page] == []


def test_each_table_view_column_and_query_is_told_in_spanish_and_in_no_english() -> None:
    page = spanish_page(CONTRACT)
    things: list[Dataset | View] = [*CONTRACT.tables, *VIEWS]
    columns: list[Column | ViewColumn] = [column for thing in things for column in thing.columns]
    named = [each.name for each in (*columns, *NAMED_QUERIES)]
    assert [thing.name for thing in things if f"### `{thing.name}`" not in page] == []
    assert [name for name in named if f"| `{name}` |" not in page] == []
    said = (text for texts in (SPANISH, SERVED, REJECTED_ITEMS, NIGHTS, QUERIES) for text in texts.values())
    assert [text for text in said if text.replace("|", "\\|") not in page] == []
    english = {
        *(thing.description for thing in (*things, *NAMED_QUERIES)),
        *(column.comment for column in columns),
    }
    assert [text for text in english if text in page] == []


def test_a_bar_in_a_cell_begins_no_cell() -> None:
    assert list(table(("a",), [("x | y",)])) == ["| a |", "| --- |", "| x \\| y |", ""]
    assert lines([("x", "`y | z`"), ("", "|")]) == "| x | `y \\| z` |\n|  | \\| |\n"


def test_for_the_site_only_code_in_tables_loses_its_backslashes() -> None:
    page = "| `a \\| b` | c \\| ``d ` \\| e`` |\n```text\n| `a \\| b` |\n```\nIt is `a \\| b`.\n"
    shown = "| `a | b` | c \\| ``d ` | e`` |\n```text\n| `a \\| b` |\n```\nIt is `a \\| b`.\n"
    nothing: Any = None
    assert on_page_markdown(page, nothing, nothing, nothing) == shown


def test_the_search_has_words_without_their_accents() -> None:
    assert without_accents("La Instantánea, la instantánea y la gestión; año, SQL.") == [
        "ano",
        "gestion",
        "instantanea",
    ]


@pytest.mark.parametrize(
    ("name", "language"), [("guia-del-analista.md", "es"), ("reference/tablas.md", "es"), ("analyst-guide.md", "en")]
)
def test_a_spanish_page_says_that_it_is(name: str, language: str) -> None:
    page: Any = SimpleNamespace(markdown=(DOCS / name).read_text(encoding="utf-8"))
    nothing: Any = None
    assert on_post_page('<html lang="en" class="no-js">', page, nothing) == f'<html lang="{language}" class="no-js">'
