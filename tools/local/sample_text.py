"""The words of the sample conversations: made up, Spanish, and with all that makes text hard to carry.

Nobody's data: users have numbers, offices and places are generic.
"""

from __future__ import annotations

from random import Random
from typing import Final

CITIES: Final = ("Bogotá", "Medellín", "Cali", "Barranquilla", "Bucaramanga", "Ibagué", "Cúcuta", "Popayán")
DEPARTMENTS: Final = {
    "Gerencia de Operaciones": ("Subgerencia de Turnos", "Subgerencia de Logística"),
    "Gerencia de Tecnología": ("Subgerencia de Soporte", "Subgerencia de Datos"),
    "Gerencia Financiera": ("Subgerencia de Tesorería", "Subgerencia de Compras, Contratos y Pagos"),
    'Gerencia "Talento"': ("Subgerencia de Bienestar", "Subgerencia de Formación"),
}
ADVISORY_OFFICES: Final = ("Oficina Jurídica", "Oficina de Control Interno", "Oficina de Comunicaciones")
LEVELS: Final = ("Profesional", "Analista", "Coordinación", "Dirección")

_TOPICS: Final = (
    "las vacaciones",
    "el certificado laboral",
    "la póliza de salud",
    "el cambio de turno",
    "la clave del correo",
    "los viáticos",
    "el plan de formación",
    "la nómina de diciembre",
)
_QUESTIONS: Final = (
    "¿Cómo solicito {topic}?",
    "Necesito ayuda con {topic}, por favor.",
    "¿Quién aprueba {topic}? ¿Y en cuánto tiempo?",
    'Me dijeron: "pregunte por {topic}", pero no sé dónde 😕',
)
_ANSWERS: Final = (
    "Para {topic} siga estos pasos:\n1. Ingrese al portal\n2. Elija la opción\n3. Confirme ✅",
    'Abra el menú "Solicitudes", busque {topic} y adjunte el formato.',
    "Sobre {topic}: el trámite tarda entre 3 y 5 días hábiles; recibirá un correo.",
    "Con gusto. Sobre {topic} puede consultar: Portal | Intranet | Mesa de ayuda",
)
#: What text has broken in other systems: separators, escapes, line ends, signs beyond the basic plane, blanks.
AWKWARD: Final = (
    "uno, dos, tres; cuatro",
    "comillas \"dobles\" y 'simples'",
    "antes|después || user: falso | bot: falso",
    "línea 1\r\nlínea 2\rlínea 3\n",
    "ruta C:\\nueva\\tabla y un \\n que no es salto",
    "👩🏽‍💻 ñandú e\u0301 (e con tilde compuesta) 🇨🇴",
    "\ttabulador al inicio y espacios al final   ",
    '"',
    "\\",
    ",",
    "NULL",
    "",
    "cero \u0000 binario",
    "=SUMA(A1;A2)",
    "separadores \u2028 y \u2029 de Unicode",
)


def question(random: Random) -> str:
    """Return what a user asks."""
    return _filled(random, _QUESTIONS)


def answer(random: Random) -> str:
    """Return what the chatbot answers."""
    return _filled(random, _ANSWERS)


def _filled(random: Random, templates: tuple[str, ...]) -> str:
    return random.choice(templates).format(topic=random.choice(_TOPICS))


def user_data(random: Random, number: int) -> dict[str, str]:
    """Return the user's data as the chatbot knows them; some of them are not known."""
    department = random.choice(tuple(DEPARTMENTS))
    known = {
        "nombre": f"Persona de ejemplo {number}",
        "ciudad": random.choice(CITIES),
        "gerencia": department,
        "subgerencia": random.choice(DEPARTMENTS[department]),
        "oficinas_asesoras": random.choice(ADVISORY_OFFICES),
        "nivel_directivo": random.choice(LEVELS),
    }
    return {name: value for name, value in known.items() if random.random() < 0.9}
