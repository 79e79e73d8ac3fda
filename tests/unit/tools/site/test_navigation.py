"""The site's navigation, which stands beside every page: each page is one click from it, or two."""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import Final

import pytest

from contract.version import VERSION
from tools.site.site_hooks import OUTSIDE

PROJECT: Final = Path(__file__).parents[4]
DOCS: Final = PROJECT / "docs"
CONFIGURATION: Final = (PROJECT / "tools" / "site" / "mkdocs.yml").read_text(encoding="utf-8")
#: Lies beside docs/; the site has it (tools/site/site_hooks.py).
CHANGES: Final = "CHANGELOG.md"


def pages() -> set[str]:
    return {path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md")}


def one_click() -> set[str]:
    return set(re.findall(r"^ +- .+: (\S+\.md)$", CONFIGURATION.partition("\nnav:\n")[2], re.MULTILINE))


def linked_from(page: str) -> set[str]:
    path = PROJECT / page if page == CHANGES else DOCS / page
    links = re.findall(r"\]\(([^)#\s]+\.md)", path.read_text(encoding="utf-8"))
    return {posixpath.normpath(posixpath.join(posixpath.dirname(page), link)) for link in links}


def test_navigation_names_pages_that_are_there() -> None:
    assert one_click() - pages() == {CHANGES}


def test_every_page_is_at_most_two_clicks_away() -> None:
    near = one_click()
    assert pages() - near - {page for one in near for page in linked_from(one)} == set()


def test_links_out_of_docs_lead_to_what_the_site_has() -> None:
    has = {path.relative_to(PROJECT).as_posix() for pattern in OUTSIDE for path in PROJECT.glob(pattern)}
    led = {posixpath.normpath(f"docs/{link}") for page in pages() for link in linked_from(page)}
    assert {link for link in led if not link.startswith("docs/")} - has == set()


def test_changes_begin_with_this_version() -> None:
    headings = re.findall(r"^## (.+)$", (PROJECT / CHANGES).read_text(encoding="utf-8"), re.MULTILINE)
    assert headings[0] == VERSION
    assert len(set(headings)) == len(headings)


@pytest.mark.parametrize("page", [*(DOCS / "how-to").glob("*.md"), DOCS / "upgrading.md"], ids=lambda path: path.stem)
def test_a_task_page_starts_with_what_to_do(page: Path) -> None:
    begun = re.split(r"\n```|\n\n    \S", page.read_text(encoding="utf-8"))[0]
    assert len(begun.splitlines()) <= 12
