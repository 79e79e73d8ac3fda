"""Made-up Spanish messages with what a mask must find in them, and with what only looks so; for hypothesis."""

from __future__ import annotations

from datetime import date

from hypothesis import strategies as st

_DIGITS = "0123456789"


def _digits(count: int, first: str = _DIGITS) -> st.SearchStrategy[str]:
    return st.tuples(st.sampled_from(first), st.text(_DIGITS, min_size=count - 1, max_size=count - 1)).map("".join)


def _grouped(digits: str, sizes: tuple[int, ...], by: str) -> str:
    parts, at = [], 0
    for size in sizes:
        parts.append(digits[at : at + size])
        at += size
    return by.join(parts)


_NAMES = st.sampled_from(["ana.maria", "j_perez", "lucía+bot", "muñoz-99", "c%r", "A.B-C.D", "o123456789"])
EMAILS = st.builds(
    lambda name, domain: f"{name}@{domain}",
    _NAMES,
    st.sampled_from(["correo.com", "gob.co", "empresa.com.co", "españa.es", "sub.dominio.travel", "interno"]),
)
_MOBILES = _digits(9).map(lambda rest: f"3{rest}")
_CITIES = st.builds(lambda city, rest: f"60{city}{rest}", st.sampled_from("12345678"), _digits(7))
PHONES = st.one_of(
    _MOBILES,
    _CITIES,
    st.builds(lambda number, by: _grouped(number, (3, 3, 4), by), _MOBILES | _CITIES, st.sampled_from(" -.")),
    st.builds(lambda number, by: _grouped(number, (3, 3, 2, 2), by), _MOBILES, st.sampled_from(" -")),
    _MOBILES.map(lambda number: f"({number[:3]}) {number[3:6]}-{number[6:]}"),
    _MOBILES.map(lambda number: f"+57 {number}"),
    _MOBILES.map(lambda number: f"+57{number[:3]} {number[3:]}"),
    _digits(7).map(lambda rest: f"+1 (305) {rest[:3]}-{rest[3:]}"),
    st.builds(lambda begin, end: f"2{begin}-{end}", _digits(2), _digits(4, "3456789")),
)
DOCUMENTS = st.one_of(
    *(_digits(count, "123456789") for count in (7, 8, 10)),
    _digits(8, "123456789").map(lambda text: _grouped(text, (2, 3, 3), ".")),
    st.builds(
        lambda text, digit: f"{_grouped(text, (3, 3, 3), '.')}-{digit}", _digits(9, "89"), st.sampled_from(_DIGITS)
    ),
    st.builds(lambda text: f"1.{_grouped(text, (3, 3, 3), '.')}", _digits(9)),
    st.builds(lambda text, digit: f"{text}-{digit}", _digits(9, "89"), st.sampled_from(_DIGITS)),
)
CARDS = st.one_of(
    *(_digits(count, "3456") for count in (13, 16, 19)),
    st.builds(lambda text, by: _grouped(text, (4, 4, 4, 4), by), _digits(16, "456"), st.sampled_from(" -")),
    st.builds(lambda text: _grouped(f"37{text}", (4, 6, 5), " "), _digits(13)),
    st.builds(lambda text: _grouped(f"22{text}", (4, 4, 4, 4), " "), _digits(14)),
)
#: What must be found, by the marker that takes its place.
PLANTED = {"[email]": EMAILS, "[phone]": PHONES, "[document]": DOCUMENTS, "[card]": CARDS}

#: Of our time: others could be any number.
_DATES = st.dates(date(1900, 1, 1), date(2100, 12, 31))
LOOK_ALIKES = st.one_of(
    _DATES.map(lambda day: day.isoformat()),
    _DATES.map(lambda day: f"{day:%d/%m/%Y}"),
    _DATES.map(lambda day: f"{day:%d-%m-%Y}"),
    _DATES.map(lambda day: f"del {day.isoformat()} {day.isoformat()}"),
    st.times().map(lambda time: f"{time:%H:%M:%S}"),
    st.times().map(lambda time: f"a las {time:%H:%M}"),
    st.datetimes().map(lambda at: f"CONVERSATION#{at.isoformat()}Z"),
    st.datetimes().map(lambda at: f"FEEDBACK#{at.isoformat()}+00:00"),
    st.integers(0, 999_999).map(lambda amount: f"{amount}"),
    st.integers(0, 10**10).map(lambda amount: f"${amount:,}".replace(",", ".")),
    st.integers(0, 10**10).map(lambda amount: f"$ {amount}"),
    st.integers(0, 10**10).map(lambda amount: f"{amount:,} pesos".replace(",", ".")),
    st.integers(0, 10**10).map(lambda amount: f"COP {amount:,}".replace(",", ".")),
    st.integers(0, 10**10).map(lambda amount: f"{amount} COP"),
    st.integers(0, 99).map(lambda amount: f"{amount},5 %"),
    st.integers(1900, 2100).map(str),
    st.integers(1, 999).map(lambda number: f"Resolución {number}-2019"),
    st.sampled_from(
        ["@ana", "ana @ casa", "v1.2.3", "192.168.10.12", "piso 12, oficina 1203", "línea 018000", "#12345"]
    ),
)
WORDS = st.sampled_from(
    [
        "Buenos días",
        "¿cómo pido vacaciones?",
        "mi certificado",
        "gracias 😀",
        "el año",
        "señor Muñoz",
        "línea\ndos",
        "|",
    ]
)
#: What stands before, and what after.
_FRAMES = st.sampled_from([("", ""), ("(", ")"), ("«", "»"), ("es: ", "."), ("No.", ","), ("CC ", ";"), ("\n", "\n")])


@st.composite
def messages(draw: st.DrawFn) -> tuple[str, str]:
    """Give a message, and what a mask makes of it."""
    text, masked = [], []
    for kind in draw(st.lists(st.sampled_from(["word", "look-alike", *PLANTED]), min_size=1, max_size=6)):
        before, after = draw(_FRAMES)
        if kind == "[email]" and before.endswith("."):
            # A dot before an address is the address's own.
            before = ""
        if kind in PLANTED:
            text.append(f"{before}{draw(PLANTED[kind])}{after}")
            masked.append(f"{before}{kind}{after}")
        else:
            found = draw(WORDS if kind == "word" else LOOK_ALIKES)
            text.append(found)
            masked.append(found)
    return " y ".join(text), " y ".join(masked)
