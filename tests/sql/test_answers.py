"""Views and named queries against an independent computation, on data made to break them and on random data."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from contract.serving import named_queries_of, views_of
from contract.sources.catia import CONTRACT
from tests.sql import expected
from tests.sql.lake import Lake, SqlLake
from tests.sql.samples import (
    NASTY_TEXTS,
    at,
    check,
    conversation,
    feedback,
    lakes,
    messages,
    rejected,
    run,
    tables,
)

NAMED_QUERIES = named_queries_of(CONTRACT)
VIEWS = views_of(CONTRACT)

TODAY = datetime.now(UTC).date()
NASTY: Lake = tables(
    [
        conversation("ana", "C#1", 10, nombre="Ana", gerencia="Sur", message_count=4, question_count=2),
        conversation("ana", "C#3", 20, gerencia="Norte", message_count=1, question_count=1),
        conversation("ana", "C#2", 20, nombre="", ciudad="Cali", message_count=1),
        conversation("silent", "C#1", 5),
        conversation("nasty", "C#1", 4.9, question_count=len(NASTY_TEXTS)),
    ],
    [
        *messages("ana", "C#1", ("user", "q1"), ("bot", "a1"), ("user", "q2"), ("bot", None)),
        *messages("ana", "C#2", (None, "who?")),
        *messages("ana", "C#3", ("agente", "x"), ("user", None)),
        *messages("nasty", "C#1", *(("user", text) for text in NASTY_TEXTS), *(("bot", text) for text in NASTY_TEXTS)),
    ],
    [
        feedback("ana", "F#0", 9, feedback_type="dislike", comment="before any conversation"),
        feedback("ana", "F#2", 10, feedback_type="like", option="útil | sí"),
        feedback("ana", "F#1", 19, feedback_type=None, comment=""),
        feedback("ana", "F#3", 20, feedback_type="dislike", comment="user: no || bot: sí\n👎"),
        feedback("only-feedback", "F#1", 30, feedback_type="like", comment='"ok"'),
        *(feedback("nasty", f"F#{n:02d}", 30, comment=text, option=text) for n, text in enumerate(NASTY_TEXTS)),
    ],
    [rejected("a 'reason'", "k2"), rejected("a 'reason'", "k1"), rejected("another", "k3")],
)
RUNS_AND_CHECKS: Lake = {
    "runs": [
        run(
            1, "messages", TODAY - timedelta(days=40), snapshot_id=1, partitions_rewritten=9, snapshot_expired_at=at(0)
        ),
        run(2, "messages", TODAY - timedelta(days=2), snapshot_id=2, rows_before=5, partitions_gone=1),
        # Twice on one day, of which the second counts; then a night in which nothing changed.
        run(3, "messages", TODAY - timedelta(days=1), snapshot_id=3, bytes_written=9, partitions_rewritten=1),
        run(4, "messages", TODAY - timedelta(days=1), snapshot_id=4, bytes_written=9, partitions_rewritten=1),
        run(5, "messages", TODAY, snapshot_id=4),
        run(5, "feedback", TODAY, snapshot_id=None, rows_now=0, rows_before=0),
    ],
    "data_quality": [
        check(f"run-{back}", name, datetime.now(UTC) - timedelta(days=back), failed=failed)
        for back in (0, 1, 29, 32)
        for name, failed in (("unique_key", 0), ("rows_as_promised", 2), ("has_conversation", 1))
    ],
}


def in_any_order(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return sorted(rows, key=repr)


def check_all(lake: SqlLake, held: Lake) -> None:
    lake.fill(held)
    for view in VIEWS:
        _, rows = lake.query(f"SELECT * FROM {view.name}")
        assert in_any_order(rows) == in_any_order(getattr(expected, view.name)(held)), view.name
    for query in NAMED_QUERIES:
        # Named queries promise an order, too.
        _, rows = lake.query(query.sql)
        assert rows == getattr(expected, query.name)(held), query.name


@pytest.mark.parametrize("held", [{**NASTY, **RUNS_AND_CHECKS}, {}], ids=["made to break", "empty"])
def test_answers_on_data_made_to_break_them(lake: SqlLake, held: Lake) -> None:
    check_all(lake, held)


@given(held=lakes())
@settings(
    max_examples=4,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking takes minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_answers_on_random_lakes(lake: SqlLake, held: Lake) -> None:
    check_all(lake, held)


@pytest.fixture(scope="module")
def nasty(lake: SqlLake) -> SqlLake:
    lake.fill(NASTY)
    return lake


def test_dashboard_row_in_full(nasty: SqlLake) -> None:
    """Written out by hand, so that a misreading shared by SQL and expectation shows."""
    names, rows = nasty.query("SELECT * FROM dashboard_usuarios WHERE usuario_id = 'ana'")
    assert len(rows) == 1
    assert {
        name: value for name, value in zip(names, rows[0], strict=True) if name != "fecha_primera_conversacion"
    } == {
        "usuario_id": "ana",
        "nombre": "Ana",
        "gerencia": "Norte",
        "ciudad": "Cali",
        "oficinas_asesoras": None,
        "subgerencia": None,
        "nivel_directivo": None,
        "numero_conversaciones": 3,
        "conversacion_completa": "user: q1 | bot: a1 | user: q2 | bot:  || unknown: who? || agente: x | user: ",
        "feedback_total": "dislike: before any conversation || like: útil | sí ||  || dislike: user: no || bot: sí\n👎",
        "numero_feedback": 4,
        "pregunta_conversacion": "q1 | q2 || ",
        "numero_preguntas": 3,
        "feedback": "mixed",
        "respuesta_feedback": "before any conversation || user: no || bot: sí\n👎",
    }


def test_context_of_each_feedback(nasty: SqlLake) -> None:
    _, rows = nasty.query(
        "SELECT feedback_id, conversation_id, last_question, last_answer"
        " FROM feedback_in_context WHERE user_id = 'ana' ORDER BY feedback_id"
    )
    assert rows == [
        ("F#0", None, None, None),
        ("F#1", "C#1", "q2", None),
        ("F#2", "C#1", "q2", None),
        ("F#3", "C#3", None, None),
    ]


def test_users_without_conversations_have_empty_texts_and_no_attributes(nasty: SqlLake) -> None:
    _, rows = nasty.query("SELECT * FROM dashboard_usuarios WHERE usuario_id = 'only-feedback'")
    attributes = (None,) * 7
    assert rows == [("only-feedback", *attributes, 0, "", 'like: "ok"', 1, "", 0, "like", '"ok"')]
