"""CatIA's own views and named queries, from the package's ``.sql`` files; infrastructure and tools read them."""

from __future__ import annotations

from importlib import resources
from typing import Final

from contract.sources.catia import CONVERSATIONS, FEEDBACK
from contract.views import ViewColumn, instant, integer, named_queries, text, view

_SQL: Final = resources.files("contract.sources.catia") / "sql"


def _last_known(name: str, what: str) -> ViewColumn:
    return text(name, f"{what}, from the user's newest conversation that has it; null where none has.")


#: In dependency order: each reads tables, the views that every contract gets, and views before it.
VIEWS: Final = (
    view(
        _SQL / "views",
        "feedback_in_context",
        text("user_id", "The user."),
        text("feedback_id", "The feedback."),
        instant("created_at", "When the feedback was given; UTC."),
        text("feedback_type", "like or dislike."),
        text("comment", "The user's own words."),
        text("option", "The answer that the user picked."),
        text("conversation_id", "The user's newest conversation that is not after the feedback, or null."),
        instant("conversation_created_at", "When that conversation began; UTC."),
        text("gerencia", "The department that the conversation names."),
        text("last_question", "Text of the conversation's last message from the user."),
        text("last_answer", "Text of the conversation's last message from the bot."),
        counts={FEEDBACK.name: "count(*)"},
    ),
    view(
        _SQL / "views",
        "dashboard_usuarios",
        text("usuario_id", "The user; each has one row."),
        _last_known("nombre", "Name"),
        _last_known("gerencia", "Department"),
        _last_known("ciudad", "City"),
        _last_known("oficinas_asesoras", "Advisory office"),
        _last_known("subgerencia", "Sub-department"),
        _last_known("nivel_directivo", "Management level"),
        instant("fecha_primera_conversacion", "When the first conversation began, UTC; null without conversations."),
        integer("numero_conversaciones", "Conversations, those without messages included."),
        text(
            "conversacion_completa",
            "All messages as `sender: text`, ` | ` between them; ` || ` between conversations, those without messages"
            " left out.",
        ),
        text(
            "feedback_total",
            "All feedback, each as `type: option: comment` without the parts it lacks; ` || ` between them.",
        ),
        integer("numero_feedback", "Feedback given, of any type."),
        text(
            "pregunta_conversacion",
            "All messages from the user, ` | ` between them; ` || ` between conversations, those without questions left"
            " out.",
        ),
        integer("numero_preguntas", "Messages from the user."),
        text("feedback", "like, dislike, mixed (both occur) or empty (neither does)."),
        text("respuesta_feedback", "The comments of all feedback that has one; ` || ` between them."),
        counts={CONVERSATIONS.name: "sum(numero_conversaciones)", FEEDBACK.name: "sum(numero_feedback)"},
    ),
)

NAMED_QUERIES: Final = named_queries(_SQL / "named_queries")
