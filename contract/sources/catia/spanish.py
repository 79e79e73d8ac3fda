"""Spanish, for the people whose data it is: what CatIA's datasets and columns are."""

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
