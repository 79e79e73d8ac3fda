"""The words of the source table, and what has broken programs before: what fuzzed items are put together from."""

from __future__ import annotations

from typing import Any, Final

#: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html
TYPES: Final = ("S", "N", "BOOL", "NULL", "M", "L", "B", "SS", "NS", "BS")
KEYS: Final = (
    *("PK", "SK", "CreatedAt", "UserData", "Conversation", "Feedback", "from", "text", "timestamp", "nombre", "ciudad"),
    *("gerencia", "subgerencia", "oficinas_asesoras", "nivel_directivo", "type", "comment", "option", "", "ñ", "nueva"),
    *("\ud800", "pk", "a\nb", *TYPES),
)
TIMES: Final = (
    *("2026-01-31T04:30:00Z", "2026-01-31T04:30:00.123Z", "2026-01-30T23:30:00-05:00", "2026-01-31 04:30"),
    *("20260131T043000Z", "2026-01-31T04:30:00,5+0530", "2026-01-31T04:30:00.1234567890+05:45", "2026-01-31T04:30+05"),
    *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-00:01", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z"),
    *("2026-02-29T00:00:00Z", "2024-02-29T23:59:59Z", "2026-01-31T24:00:00Z", "2026-01-31T04:60:00Z"),
    *("2026-01-31T04:30:60Z", "2026-01-31T04:30:00+24:00", "2026-01-31T04:30:00-05:60", "2026-01-31T04:30:00+00:00"),
    *("2026-01-31t04:30:00z", "2026-01-31T04:30:00.Z", "2026-01-31T04:30:00 Z", " 2026-01-31T04:30:00Z", "2026-01-31"),
    *("٢٠٢٦-٠١-٣١T04:30:00Z", "2026-01-31T04:30:00.٥Z", "2026-1-31T04:30:00Z", "2026-01-31T04:30:00Z\n", "ayer"),
    *("2026-01-31T04:30:00.000Z-05:00", "2026-01-31T04:30:00−05:00", "2026-01-31T0430:00Z", "2026-0131T04:30:00Z"),
    *("2026-01-31T04:30:00.5-05:00", "2026-01-31T04:30:00-0500", "2026-01-31T04:30:00.999-00:00", "99999-01-01T00:00Z"),
    *("2026-01-31T04:30:00.1234567-05:00", "2026-01-31T04:30:00.12Z", "2026-01-31T23:59:59.9999999"),
    *("2026-01-31T04:30Z", "2026-01-31T24:30:00-05:00", "9999-12-31T23:59:59.999-01:00", "0001-01-01T00:59:59+01:00"),
    "2026-13-01T00:00:00Z",
)
_KEY_TEXTS: Final = (
    *("USER#1", "USER#", "user#1", "USER#usuario-00001", "USER#monitor-7", "USER#0", "USER#nadie", "TEST#1", "USER##"),
    *('USER#a,"b"\n', "USER#ñ", "USER# 1 ", "CONVERSATION#2026-01-31T04:30:00Z", "FEEDBACK#2026-01-31T04:30:00.5Z"),
    *("CONVERSATION#", "FEEDBACK#", "CONVERSATION", "REGISTER", "REGISTER#1", "REGISTERED", "CONVERSATION#1999-12-31"),
    *("CONVERSATION#2026-01-31T04:30:00Z#2", "FEEDBACK##2026-01-31T04:30:00Z", "NOTE#1", 'CONVERSATION#x",y'),
)
_WORDS: Final = (
    *(
        "user",
        "usuario",
        " USER ",
        "bot",
        "CatIA",
        "assistant",
        "SYSTEM\t",
        "asesor",
        "ＵＳＥＲ",
        "uſer",
        "İ",
        "ß",
        "like",
    ),
    *("DISLIKE", " Like\n", "lıke", "meh", "true", "null", "None", "1", "-0", "+1.50", "1e5", ".5", "5.", "1e", "0x1"),
    *("NaN", "Infinity", "-", "", " ", '"', '""', ",", "\\", "\\n", '\\"', "/", "\\/", "\0", "\n", "\r\n", "\t"),
    *("\x0b\x0c\x1c\x1f\x7f", "\u0085\u2028\u2029", "\ufeff", "\ufffe\uffff", "😀", "\U0010ffff", "\ud800", "\udfff"),
    *("\udfff\ud800", "\ud83d\ude00", "ñ", "e\u0301", "línea 1\nlínea 2", 'dijo: "sí, claro"', "C:\\nueva\\ruta\\0"),
)
_DOCUMENTS: Final = (
    *("{}", "[]", "null", '""', '"[]"', '"\\"{}\\""', "0", "true", " {} ", "{},", "[]]", "[", '{"a"', "[{}]", "[[]]"),
    *("[null]", '[{"from":"user","text":"hola\\nmundo","timestamp":"2026-01-31T04:30:00Z"}]'),
    *('[{"text":"\\ud83d\\ude00"}]', '{"nombre":"Ana","ciudad":null}'),
    *('{"nombre":1.50,"ciudad":1e999,"gerencia":true}', '{"nombre":"a","nombre":"a"}'),
    *('[{"M":{"from":{"S":"bot"},"text":{"S":"x"}}}]', '{"M":{"nombre":{"S":"Ana"}}}', '{"L":[]}', '{"S":"{}"}'),
    *('{"S":"a","N":"1"}', '{"S":"a","S":"b"}', '[{"text":"\\ud800"}]', '[{"text":NaN}]', '{"NULL":true}', "[01]", "-"),
    *('{"type":"like","comment":"a,b","option":"\\""}', '[{"from":1,"text":-0.0,"timestamp":null}]', "\ufeff{}"),
    *("[" * 200 + "]" * 200, '{"M":' * 100 + "{}" + "}" * 100, '[{"x":' + "[" * 90 + "]" * 90 + "}]"),
    "[1" + "0" * 50 + "]",
)
TEXTS: Final = (*TIMES, *_KEY_TEXTS, *_WORDS, *_DOCUMENTS)
#: What is put into the middle of texts.
FRAGMENTS: Final = (
    *("", " ", '"', '""', ",", "\\", "\\\\", '\\"', "\n", "\r", "\0", "\t", "/", "#", "ñ", "😀", "\u2028", "\ufeff"),
    *("\ud800", "\udc00", "0", "9", "-", "+", ":", ".", "Z", "T", "e", "{", "}", "[", "]", "\\u0000", "\\ud800"),
    *("null", "\x7f", "\x1f", "\x85", "٣", "-05:00", ".123456789", "USER#", "#"),
)
VALUES: Final[tuple[Any, ...]] = (
    *(
        {"S": text}
        for text in ("", "Ana", "a,b", 'a "b"', "línea 1\nlínea 2", "\\", "\ud800", "null", "{}", "[]", "like")
    ),
    *({"N": digits} for digits in ("0", "-1.50", "1e5", "1E+126", "x", "", "00", ".5", "١")),
    *({"BOOL": flag} for flag in (True, False, "true", None, 1)),
    *({"NULL": flag} for flag in (True, False, "true", None)),
    *({"M": {}}, {"M": {"S": {"S": "x"}}}, {"M": {"M": {}}}, {"M": {"NULL": {"BOOL": True}}}, {"M": "{}"}, {"M": []}),
    *({"L": []}, {"L": [{}]}, {"L": [{"M": {}}]}, {"L": [{"S": "hola"}]}, {"L": {}}, {"L": "[]"}, {"L": [[]]}),
    {"M": {"from": {"S": "user"}, "text": {"S": "hola"}, "timestamp": {"S": TIMES[0]}}},
    *({"M": {"nombre": {"N": "5"}}}, {"B": "AA=="}, {"SS": ["a"]}, {"NS": ["1"]}, {"BS": ["AA=="]}, {"B": {}}),
    *({"SS": {"a": {"S": "b"}}}, {"B": None}, {}, [], None, True, False, 0, -1, 1.5, 10**20, "", "x"),
    *({"x": {"S": "y"}}, {"S": "a", "N": "1"}, {"L": [], "S": "[]"}, {"M": {}, "S": "{}"}, [{}], {"S": {"S": "x"}}),
    *({"S": {"N": "5"}}, {"N": {"N": "5"}}, {"N": {"S": "5"}}, {"BOOL": {"BOOL": True}}, {"NULL": {"NULL": True}}),
)
