"""Queries made by chance, over all tables, views and types; their answers are computed from the items."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pyarrow as pa
import pytest

from contract.sources.catia import CONTRACT, CONVERSATIONS, FEEDBACK, MESSAGES
from tests.integration.oracle import expected as rows_of_items
from tests.sql import expected
from tests.sql.generated import Join, Queries, Query, Relation
from tests.sql.lake import Lake, Row, SqlLake
from tests.sql.samples import rejected
from tests.sql.test_answers import RUNS_AND_CHECKS, VIEWS
from tools.local.sample_data import generate_items

#: SQL_QUERIES=1000 looks more closely.
QUERIES = int(os.environ.get("SQL_QUERIES", "200"))
SEED = 20260131
KEYS = {
    "conversations": ("user_id", "conversation_id"),
    "messages": ("user_id", "conversation_id", "position"),
    "feedback": ("user_id", "feedback_id"),
    "rejected": ("item_key", "reason"),
    "runs": ("run_id", "dataset"),
    "data_quality": ("run_id", "check_name"),
    "feedback_in_context": ("user_id", "feedback_id"),
    "dashboard_usuarios": ("usuario_id",),
}
#: Types that no table of CatIA has, and those that have, each with nulls.
TYPED = pa.schema(
    [
        pa.field("id", pa.int64(), nullable=False),
        pa.field("is_so", pa.bool_()),
        pa.field("small", pa.int32()),
        pa.field("amount", pa.decimal128(20, 4)),
        pa.field("ratio", pa.float64()),
        pa.field("day", pa.date32()),
        pa.field("at", pa.timestamp("us")),
        pa.field("said", pa.string()),
    ]
)


def typed_rows(count: int) -> list[Row]:
    """Rows of every type; each value is null in one row of five."""
    random = Random(SEED)

    def maybe(value: Any) -> Any:
        return None if random.random() < 0.2 else value

    return [
        {
            "id": number,
            "is_so": maybe(random.random() < 0.5),
            "small": maybe(random.randint(-9, 9)),
            "amount": maybe(Decimal(random.randint(-(10**15), 10**15)).scaleb(-4)),
            "ratio": maybe(random.randint(-8, 8) / 4),
            "day": maybe(date(2025, 12, 1) + timedelta(days=random.randint(0, 99))),
            "at": maybe(datetime(2025, 12, 1) + timedelta(microseconds=random.randint(0, 10**13))),
            "said": maybe(random.choice(("", " ", "a", "Ñandú 🦤", "o'o", "100%", "NULL", "línea\n2"))),
        }
        for number in range(count)
    ]


@pytest.fixture(scope="module")
def held() -> Lake:
    found = rows_of_items(list(generate_items(48, 7, date(2026, 1, 30))))
    refused = [rejected(f"wrong_type: {number % 3}", str(number)) for number in range(len(found.rejected))]
    return {
        CONVERSATIONS.name: found.conversations,
        MESSAGES.name: found.messages,
        FEEDBACK.name: found.feedback,
        "rejected": refused,
        **RUNS_AND_CHECKS,
    }


@pytest.fixture(scope="module")
def relations(held: Lake) -> dict[str, Relation]:
    rows: dict[str, list[Row]] = {
        table.name: [
            {name: expected.wall_clock(cell) if isinstance(cell, datetime) else cell for name, cell in row.items()}
            for row in held[table.name]
        ]
        for table in CONTRACT.tables
    }
    for view in VIEWS:
        names = [column.name for column in view.columns]
        rows[view.name] = [dict(zip(names, row, strict=True)) for row in getattr(expected, view.name)(held)]
    assert rows.keys() == KEYS.keys(), "every table and every view"
    found = {name: Relation(name, KEYS[name], some) for name, some in rows.items()}
    return {**found, "typed": Relation("typed", ("id",), typed_rows(60))}


@pytest.fixture(scope="module")
def asked(relations: dict[str, Relation]) -> list[Query]:
    conversations, messages, feedback = (relations[each.name] for each in (CONVERSATIONS, MESSAGES, FEEDBACK))
    talk = (("user_id", "user_id"), ("conversation_id", "conversation_id"))
    joins = (
        Join(conversations, messages, talk),
        Join(messages, conversations, talk),
        Join(conversations, feedback, (("user_id", "user_id"),)),
        Join(relations["feedback_in_context"], conversations, talk),
        Join(relations["dashboard_usuarios"], feedback, (("usuario_id", "user_id"),)),
        Join(relations["runs"], relations["data_quality"], (("dataset", "dataset"),)),
        Join(relations["typed"], relations["typed"], (("small", "small"),)),
    )
    return Queries(SEED, list(relations.values()), joins).make(QUERIES)


@pytest.fixture(scope="module")
def filled(lake: SqlLake, held: Lake, relations: dict[str, Relation]) -> SqlLake:
    lake.fill(held)
    lake.hold("typed", pa.Table.from_pylist(list(relations["typed"].rows), schema=TYPED))
    return lake


def test_answers_are_those_of_the_items(filled: SqlLake, asked: list[Query]) -> None:
    assert len({query.sql for query in asked}) == QUERIES
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda query: filled.query(query.sql)[1], asked))
    wrong = [
        (query.sql, answer[:5], query.answer[:5])
        for query, answer in zip(asked, answers, strict=True)
        if answer != query.answer
    ]
    assert wrong == []


def test_the_queries_are_worth_asking(asked: list[Query]) -> None:
    """Most have rows to say, some have many, and nulls are among them."""
    assert sum(bool(query.answer) for query in asked) > QUERIES * 0.6
    assert sum(len(query.answer) > 10 for query in asked) > QUERIES * 0.25
    assert sum(any(None in row for row in query.answer) for query in asked) > QUERIES * 0.15
