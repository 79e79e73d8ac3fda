"""Spanish, for the people whose data it is and for analysts: what CatIA's datasets, views, columns and queries are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

SPANISH: Final[Mapping[str, str]] = {
    "conversations": "Una fila por cada conversación.",
    "messages": "Una fila por cada mensaje de una conversación.",
    "feedback": "Una fila por cada calificación.",
    "user_id": "El usuario: PK sin su prefijo USER#.",
    "conversation_id": "La conversación: SK completo.",
    "created_at": "CreatedAt o, si falta, la hora que figura en SK; UTC.",
    "nombre": "UserData.nombre: el nombre del usuario.",
    "ciudad": "UserData.ciudad: la ciudad del usuario.",
    "gerencia": "UserData.gerencia: la gerencia del usuario.",
    "subgerencia": "UserData.subgerencia: la subgerencia del usuario.",
    "oficinas_asesoras": "UserData.oficinas_asesoras: la oficina asesora del usuario.",
    "nivel_directivo": "UserData.nivel_directivo: el nivel directivo del usuario.",
    "message_count": "Mensajes de la conversación.",
    "question_count": "Mensajes que envió el usuario.",
    "position": "Lugar del mensaje en su conversación, desde 1.",
    "sender": "user (el usuario), bot, o la palabra de la fuente si no es ninguno de los dos.",
    "text": "Lo que se dijo.",
    "sent_at": "La hora propia del mensaje; UTC.",
    "feedback_id": "La calificación: SK completo.",
    "feedback_type": "like o dislike.",
    "comment": "Las palabras del propio usuario.",
    "option": "La respuesta que el usuario eligió.",
}


def _last_known(name: str, what: str) -> tuple[str, str]:
    return (
        f"dashboard_usuarios.{name}",
        f"{what}, de la conversación más reciente del usuario que lo dice; nulo si ninguna.",
    )


#: What is served beside the tables: views, their columns as view.column, and named queries, by name.
SERVED: Final[Mapping[str, str]] = {
    "feedback_in_context": (
        "Cada calificación con la conversación a la que se refiere: la más reciente de su usuario que no es"
        " posterior a ella."
    ),
    "feedback_in_context.user_id": "El usuario.",
    "feedback_in_context.feedback_id": "La calificación.",
    "feedback_in_context.created_at": "Cuándo se dio la calificación; UTC.",
    "feedback_in_context.feedback_type": SPANISH["feedback_type"],
    "feedback_in_context.comment": SPANISH["comment"],
    "feedback_in_context.option": SPANISH["option"],
    "feedback_in_context.conversation_id": (
        "La conversación más reciente del usuario que no es posterior a la calificación, o nulo."
    ),
    "feedback_in_context.conversation_created_at": "Cuándo empezó esa conversación; UTC.",
    "feedback_in_context.gerencia": "La gerencia que dice la conversación.",
    "feedback_in_context.last_question": "Texto del último mensaje del usuario en la conversación.",
    "feedback_in_context.last_answer": "Texto del último mensaje del bot en la conversación.",
    "dashboard_usuarios": (
        "Una fila por cada usuario que tiene una conversación o una calificación, con las columnas que leen"
        " los tableros."
    ),
    "dashboard_usuarios.usuario_id": "El usuario; cada uno tiene una fila.",
    **dict(
        (
            _last_known("nombre", "El nombre"),
            _last_known("gerencia", "La gerencia"),
            _last_known("ciudad", "La ciudad"),
            _last_known("oficinas_asesoras", "La oficina asesora"),
            _last_known("subgerencia", "La subgerencia"),
            _last_known("nivel_directivo", "El nivel directivo"),
        )
    ),
    "dashboard_usuarios.fecha_primera_conversacion": (
        "Cuándo empezó la primera conversación, UTC; nulo si no hay ninguna."
    ),
    "dashboard_usuarios.numero_conversaciones": "Conversaciones, también las que no tienen mensajes.",
    "dashboard_usuarios.conversacion_completa": (
        "Todos los mensajes como `sender: text`, con ` | ` entre ellos; ` || ` entre conversaciones, sin las"
        " que no tienen mensajes."
    ),
    "dashboard_usuarios.feedback_total": (
        "Todas las calificaciones, cada una como `type: option: comment` sin las partes que le faltan; ` || `"
        " entre ellas."
    ),
    "dashboard_usuarios.numero_feedback": "Calificaciones dadas, de cualquier tipo.",
    "dashboard_usuarios.pregunta_conversacion": "Todos los mensajes del usuario, con ` | ` entre ellos; ` || ` entre"
    " conversaciones, sin las que no tienen preguntas.",
    "dashboard_usuarios.numero_preguntas": "Mensajes del usuario.",
    "dashboard_usuarios.feedback": "like, dislike, mixed (hay de los dos) o vacío (no hay ninguno).",
    "dashboard_usuarios.respuesta_feedback": (
        "Los comentarios de todas las calificaciones que tienen uno; ` || ` entre ellos."
    ),
    "daily_activity": (
        "Conversaciones, usuarios, preguntas y calificaciones por día calendario en Colombia, lo más reciente primero."
    ),
    "disliked_answers": (
        "Las respuestas que no gustaron, con la pregunta, la opción que el usuario eligió y su comentario; lo"
        " más reciente primero."
    ),
    "feedback_rate_by_gerencia": (
        "Con qué frecuencia califica cada gerencia, y qué parte es negativa; primero la que más califica."
    ),
    "unanswered_questions": "Preguntas después de las cuales el bot no dijo nada más en su conversación; primero la"
    " conversación más reciente.",
}
