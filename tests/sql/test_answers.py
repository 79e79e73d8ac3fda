"""Views and named queries against an independent computation, on data made to break them and on random data."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import Phase, given, settings

from modules.contract.datasets import DATA_QUALITY
from modules.etl.serving import named_queries_of, views_of
from sources.catia import CONTRACT, CONVERSATIONS, FEEDBACK, MESSAGES
from tests.sql import expected
from tests.sql.lake import athena_over
from tests.sql.samples import (
    NASTY_TEXTS,
    check,
    conversation,
    empty_snapshot,
    feedback,
    lakes,
    messages,
    rejected,
    snapshot,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.athena_sql import LocalAthena
    from tests.sql.lake import Lake

NAMED_QUERIES = named_queries_of(CONTRACT)
VIEWS = views_of(CONTRACT)

#: The day without rejects and with texts of every kind is the newest; the days around it must not be seen.
NASTY: Lake = {
    "2026-03-01": snapshot(
        [conversation("gone", "C#1", 1, nombre="Gone"), conversation("ana", "C#1", 1, nombre="Old name")],
        messages("gone", "C#1", ("user", "old")) + messages("ana", "C#1", ("user", "old")),
        [feedback("gone", "F#1", 2, feedback_type="like", comment="old")],
        [rejected("old reason", "k")],
    ),
    "2026-03-04": snapshot(
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
            *messages(
                "nasty", "C#1", *(("user", text) for text in NASTY_TEXTS), *(("bot", text) for text in NASTY_TEXTS)
            ),
        ],
        [
            feedback("ana", "F#0", 9, feedback_type="dislike", comment="before any conversation"),
            feedback("ana", "F#2", 10, feedback_type="like", option="útil | sí"),
            feedback("ana", "F#1", 19, feedback_type=None, comment=""),
            feedback("ana", "F#3", 20, feedback_type="dislike", comment="user: no || bot: sí\n👎"),
            feedback("only-feedback", "F#1", 30, feedback_type="like", comment='"ok"'),
            *(feedback("nasty", f"F#{n}", 30, comment=text, option=text) for n, text in enumerate(NASTY_TEXTS)),
        ],
    ),
    "2026-03-05": {CONVERSATIONS.name: [conversation("half", "C#1", 1)], MESSAGES.name: []},
}

VIEW_ANSWERS: dict[str, Callable[[Lake], list[tuple[Any, ...]]]] = {
    "latest_snapshot": lambda lake: [(expected.latest_snapshot(lake),)],
    "latest_conversations": lambda lake: expected.latest(lake, CONVERSATIONS),
    "latest_messages": lambda lake: expected.latest(lake, MESSAGES),
    "latest_feedback": lambda lake: expected.latest(lake, FEEDBACK),
    "feedback_in_context": expected.feedback_in_context,
    "dashboard_usuarios": expected.dashboard_usuarios,
}


def in_any_order(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return sorted(rows, key=repr)


def check_all(athena: LocalAthena, lake: Lake) -> None:
    for view in VIEWS:
        _, rows = athena.query(f"SELECT * FROM {view.name}")  # noqa: S608 our own names
        assert in_any_order(rows) == in_any_order(VIEW_ANSWERS[view.name](lake)), view.name
    for query in NAMED_QUERIES:
        # Named queries promise an order, too.
        _, rows = athena.query(query.sql, query.name)
        assert rows == getattr(expected, query.name)(lake), query.name


@pytest.mark.parametrize(
    "lake",
    [
        NASTY,
        {"2026-03-01": NASTY["2026-03-01"], "2026-03-02": empty_snapshot()},
        {"2026-03-01": {name: rows for name, rows in NASTY["2026-03-04"].items() if name != "rejected"}}
        | {"2026-02-01": empty_snapshot()},
        {"2026-03-01": {CONVERSATIONS.name: [], MESSAGES.name: []}, "2026-03-02": {FEEDBACK.name: [], "rejected": []}},
    ],
    ids=["made to break", "newest day is empty", "no rejected table that day", "no whole day"],
)
def test_answers_on_data_made_to_break_them(lake: Lake) -> None:
    with athena_over(lake) as athena:
        check_all(athena, lake)


@given(lakes())
@settings(
    max_examples=20, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate]
)  # shrinking takes minutes
def test_answers_on_random_lakes(lake: Lake) -> None:
    with athena_over(lake) as athena:
        check_all(athena, lake)


def test_dashboard_row_in_full() -> None:
    """Written out by hand, so that a misreading shared by SQL and expectation shows."""
    with athena_over(NASTY) as athena:
        names, rows = athena.query("SELECT * FROM dashboard_usuarios WHERE usuario_id = 'ana'")
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


def test_failed_checks_are_those_of_the_last_month() -> None:
    today = datetime.now(timezone.utc).replace(hour=5, minute=0, second=0, microsecond=0)
    days = {back: today - timedelta(days=back) for back in (0, 1, 32)}
    lake: Lake = {
        f"{day:%Y-%m-%d}": {
            **empty_snapshot(),
            DATA_QUALITY.name: [
                check(f"run-{back}", "unique_key", day, failed=0),
                check(f"run-{back}", "rows_as_promised", day, failed=2),
                check(f"run-{back}", "has_conversation", day, failed=1),
            ],
        }
        for back, day in days.items()
    }
    with athena_over(lake) as athena:
        (query,) = (query for query in NAMED_QUERIES if query.name == "failed_checks")
        _, rows = athena.query(query.sql)
    assert rows == expected.failed_checks(lake)
    assert [row[1:5] for row in rows] == [
        (f"run-{back}", "messages", name, failed)
        for back in (0, 1)
        for name, failed in (("has_conversation", 1), ("rows_as_promised", 2))
    ]


def test_context_of_each_feedback() -> None:
    with athena_over(NASTY) as athena:
        _, rows = athena.query(
            "SELECT feedback_id, conversation_id, last_question, last_answer"
            " FROM feedback_in_context WHERE user_id = 'ana' ORDER BY feedback_id"
        )
    assert rows == [
        ("F#0", None, None, None),
        ("F#1", "C#1", "q2", None),
        ("F#2", "C#1", "q2", None),
        ("F#3", "C#3", None, None),
    ]


def test_users_without_conversations_have_empty_texts_and_no_attributes() -> None:
    with athena_over(NASTY) as athena:
        _, rows = athena.query("SELECT * FROM dashboard_usuarios WHERE usuario_id = 'only-feedback'")
    attributes = (None,) * 7
    assert rows == [("only-feedback", *attributes, 0, "", 'like: "ok"', 1, "", 0, "like", '"ok"')]
