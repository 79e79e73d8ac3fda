"""The SQL of the guide and of docs/lake.md is Trino's, and asks for tables, views and columns that there are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import pytest
from sqlglot import exp, parse_one
from sqlglot.optimizer.qualify import qualify

from contract.datasets import Column
from contract.serving import views_of
from contract.sources.catia.normalize import BOT, SENDERS, USER
from contract.views import ViewColumn
from envs.prod import PROD
from tests.unit.docs.computed import DOCS
from tools.site.blocks import Block, blocks

GUIDES: Final = ("analyst-guide.md", "guia-del-analista.md")
#: Of the ten questions, and of three beside them: how tables are joined, accents, what is not in the tables.
ANSWERS: Final = 13


def types(columns: Iterable[Column | ViewColumn]) -> dict[str, str]:
    return {column.name: column.type.value for column in columns}


SCHEMA: Final[dict[str, object]] = {
    **{table.name: types(table.columns) for table in PROD.contract.tables},
    **{view.name: types(view.columns) for view in views_of(PROD.contract)},
}


def questions(name: str) -> list[Block]:
    return [block for block in blocks((DOCS / name).read_text(encoding="utf-8")) if block.language == "sql"]


def test_the_guide_asks_the_same_in_both_languages() -> None:
    english, spanish = (
        [(block.language, block.text) for block in blocks((DOCS / name).read_text(encoding="utf-8"))] for name in GUIDES
    )
    assert english == spanish
    assert len([language for language, _ in english if language == "text"]) == ANSWERS


@pytest.mark.parametrize("name", GUIDES)
def test_the_guide_says_which_words_become_which_sender(name: str) -> None:
    guide = (DOCS / name).read_text(encoding="utf-8")
    for sender in (USER, BOT):
        words = ", ".join(f"`{word}`" for word in sorted(SENDERS) if SENDERS[word] == sender)
        assert f"| `{sender}` | {words} |\n" in guide


@pytest.mark.parametrize(
    "block", [*questions("analyst-guide.md"), *questions("lake.md")], ids=lambda block: block.heading
)
def test_a_question_asks_for_what_there_is(block: Block) -> None:
    asked = qualify(parse_one(block.text, dialect="trino"), schema=SCHEMA, dialect="trino")
    tables = {table.name for table in asked.find_all(exp.Table)} - {each.alias for each in asked.find_all(exp.CTE)}
    assert tables <= set(SCHEMA)
    assert not asked.find(exp.Star) or asked.find(exp.Count)
