"""CatIA's sample: made-up conversations, and what its analysts ask."""

from __future__ import annotations

from datetime import date
from typing import Final

from tools.local.sample import RUNS_QUESTION, Sample
from tools.local.sample_data import generate_items

#: Asked through the deployed views.
_QUESTIONS: Final = {
    "Who talks most? (dashboard_usuarios)": """
        SELECT usuario_id, ciudad, numero_conversaciones, numero_preguntas, feedback
        FROM dashboard_usuarios
        ORDER BY numero_conversaciones DESC, numero_preguntas DESC, usuario_id
        LIMIT 5""",
    "Which answers were disliked last? (feedback_in_context)": """
        SELECT user_id, gerencia, last_question, last_answer
        FROM feedback_in_context
        WHERE feedback_type = 'dislike' AND last_answer IS NOT NULL
        ORDER BY created_at DESC, user_id
        LIMIT 3""",
    **RUNS_QUESTION,
}


def catia_sample(users: int, seed: int, newest: date) -> Sample:
    """Return the sample of so many users; no conversation begins after the day ``newest`` (UTC)."""
    items = list(generate_items(users, seed, newest))
    return Sample(items, f"{len(items):,} items of {users:,} users", _QUESTIONS, view="dashboard_usuarios")
