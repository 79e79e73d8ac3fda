"""Texts of made-up conversations that no compressor finds easier than real ones: words by chance, few of them often.

A sentence that came again and again would shrink to nothing, and every size and rate of the benchmark with it.
"""

from __future__ import annotations

from itertools import product
from random import Random
from typing import Final

from tools.local.sample_text import AWKWARD

#: Spanish words, the most frequent ones first.
_COMMON: Final = tuple(
    """
    de la que el en y a los se del las un por con no una su para es al lo como más o pero sus le ha me si sin sobre este
    ya entre cuando todo esta ser son dos también fue había era muy hasta desde está mi porque qué sólo han yo hay vez
    puede todos así nos ni parte tiene él uno donde bien tiempo mismo ese ahora cada e vida otro después te otros aunque
    esa eso hace otra tan durante siempre día tanto ella tres sí dijo gran según menos mundo año antes estado quiero
    mientras caso casos además forma manera hacer general gobierno aquí trabajo solicitud portal correo clave usuario
    turno vacaciones nómina certificado póliza salud viáticos formación plan trámite formato documento oficina gerencia
    subgerencia jefe aprobación fecha plazo respuesta opción menú pantalla sistema acceso contraseña ayuda favor gracias
    hola buenos días buenas tardes necesito cómo cuándo dónde quién cuál cuánto puedo debo
    """.split()  # noqa: SIM905 hundreds of words
)
#: Put together they give a few thousand rarer ones.
_STEMS: Final = tuple(
    """
    solicit aprob certific confirm consult registr actualiz deriv instal program descarg revis envi recib prest autoriz
    cancel complet contrat convoc cotiz deposit discut elabor emple encarg entreg exig factur financ form gestion
    habilit ingres integr justific liquid mejor modific notific observ ofert orden organiz pag particip plane present
    proces public radic recaud reclam reembols reintegr renov report reserv respald respond retir revoc seleccion separ
    suger suspend transfer tramit ubic utiliz valid verific vincul visit
    """.split()  # noqa: SIM905 hundreds of words
)
_ENDINGS: Final = tuple(
    """
    ar ado ada ados adas ando ación aciones amos aron ará aremos aba aban ante able ables ador adora adores e en o a an
    """.split()  # noqa: SIM905 hundreds of words
)
_TABLE: Final = 1 << 16
"""As many entries as two bytes of chance can point to."""
_FLATTENED: Final = 2.7
"""What is added to a word's rank, by Mandelbrot, so that the first ones are not too frequent."""
_AT_ONCE: Final = 1 << 12
_AWKWARD_SHARE: Final = 0.02
_LIST_SHARE: Final = 0.25


class Texts:
    """Questions and answers, as many as are asked for; the same for the same ``random``."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._table = _table()
        self._words: list[str] = []
        self._next = 0

    def question(self) -> str:
        """Return what a user says: a sentence, sometimes one that is hard to carry."""
        chance = self._random.random()
        sentence = self._sentence(3 + int(chance * 16))
        text = f"¿{sentence}?" if chance < 0.5 else f"{sentence}."
        return f"{text} {self._awkward()}" if self._random.random() < _AWKWARD_SHARE else text

    def answer(self) -> str:
        """Return what the chatbot says: some sentences, or a list of lines."""
        chance = self._random.random()
        sentences = [self._sentence(6 + int(self._random.random() * 14)) for _ in range(2 + int(chance * 5))]
        as_list = self._random.random() < _LIST_SHARE
        return "\n- ".join(sentences) if as_list else ". ".join(sentences) + "."

    def _sentence(self, words: int) -> str:
        if self._next + words > len(self._words):
            # Two random bytes a word: choices() would take ten times as long, and there are thirty million words.
            chances = memoryview(self._random.randbytes(2 * _AT_ONCE)).cast("H")
            self._words, self._next = [self._table[chance] for chance in chances], 0
        begin, self._next = self._next, self._next + words
        return " ".join(self._words[begin : self._next]).capitalize()

    def _awkward(self) -> str:
        return AWKWARD[int(self._random.random() * len(AWKWARD))]


def _table() -> list[str]:
    """Return a table in which each word stands as often as its rank allows, by Zipf's law."""
    words = [*_COMMON, *(stem + ending for ending, stem in product(_ENDINGS, _STEMS))]
    weights = [1 / (rank + _FLATTENED) for rank in range(len(words))]
    scale = (_TABLE - len(words)) / sum(weights)
    table = [word for word, weight in zip(words, weights, strict=True) for _ in range(1 + int(weight * scale))]
    table += words[: _TABLE - len(table)]
    return [_marked(word, number) for number, word in enumerate(table)]


def _marked(word: str, number: int) -> str:
    """Return a word as it stands in a text: some are followed by a comma, few are quoted, and few are signs."""
    if number % 11 == 0:
        return f"{word},"
    if number % 301 == 0:
        return f'"{word}"'
    if number % 401 == 0:
        return "|"
    if number % 211 == 0:
        return "✅"
    return str(number) if number % 97 == 0 else word
