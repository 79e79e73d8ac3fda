"""Who can run what: views and named queries by the tables that they read."""

from __future__ import annotations

import pytest
import sqlglot
from sqlglot import exp

from contract.serving import named_queries_of, named_queries_over, read_by, views_of, views_over
from contract.sources import contract_named
from contract.sources.catia import CONTRACT
from contract.views import NamedQuery, View, boolean, day, decimal, double, instant, integer, text

SERVED = [
    *(served for name in ("catia", "tickets") for served in named_queries_of(contract_named(name))),
    *views_of(CONTRACT),
]


@pytest.mark.parametrize("served", SERVED, ids=lambda served: served.name)
def test_what_is_read_is_what_a_parser_finds(served: View | NamedQuery) -> None:
    tables = sqlglot.parse_one(served.sql, dialect="athena").find_all(exp.Table)
    assert read_by(served.sql) == {table.name for table in tables}


def test_a_query_over_a_view_is_left_out_with_what_the_view_reads() -> None:
    without_messages = [table for table in CONTRACT.tables if table.name != "messages"]
    assert views_over(CONTRACT, without_messages) == ()
    names = {query.name for query in named_queries_over(CONTRACT, without_messages)}
    assert names >= {"daily_activity", "freshness", "rejected_by_reason"}
    assert names.isdisjoint({"disliked_answers", "feedback_rate_by_gerencia", "unanswered_questions"})


def test_all_tables_serve_all() -> None:
    assert views_over(CONTRACT, CONTRACT.tables) == views_of(CONTRACT)
    assert named_queries_over(CONTRACT, CONTRACT.tables) == named_queries_of(CONTRACT)


def test_a_views_columns_have_every_type_of_a_datasets() -> None:
    made = [build("it", "It.") for build in (text, integer, decimal(12, 2), double, boolean, day, instant)]
    assert [(column.hive_type, column.presto_type) for column in made] == [
        ("string", "varchar"),
        ("bigint", "bigint"),
        ("decimal(12,2)", "decimal(12,2)"),
        ("double", "double"),
        ("boolean", "boolean"),
        ("date", "date"),
        ("timestamp", "timestamp(6)"),
    ]
