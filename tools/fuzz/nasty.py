r"""Cases made by hand, by what is nasty about them: JSON texts in which one item, or two, are easily misread.

Written as the bytes that DynamoDB would send, for much of what can go wrong is in how a JSON text says a thing: keys
that stand twice, escapes, blanks.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from tools.fuzz.vocabulary import TIMES

_KEY: Final = '"PK":{"S":"USER#1"},"SK":{"S":"CONVERSATION#2026-01-31T04:30:00Z"}'
_FEEDBACK_KEY: Final = '"PK":{"S":"USER#1"},"SK":{"S":"FEEDBACK#2026-01-31T04:30:00Z"}'


def _conversation(messages: str) -> str:
    return f'{{{_KEY},"Conversation":{messages}}}'


def _message(entries: str) -> str:
    return _conversation(f'{{"L":[{{"M":{entries}}}]}}')


def _user_data(value: str) -> str:
    return f'{{{_KEY},"UserData":{value}}}'


def _feedback(value: str) -> str:
    return f'{{{_FEEDBACK_KEY},"Feedback":{value}}}'


def _text(document: Any) -> str:
    """A string attribute with a JSON text (given as such, or as a value) in it."""
    return json.dumps({"S": document if isinstance(document, str) else json.dumps(document)})


#: How JSON can write texts: what stands between the quotes.
_TOKENS: Final = {
    "a quote at the end": r"a\"",
    "a backslash at the end": r"a\\",
    "a backslash and a quote at the end": r"a\\\"",
    "two backslashes and a quote": r"\\\\\"",
    "only a quote": r"\"",
    "two quotes": r"\"\"",
    "a backslash before an n": r"a\\n",
    "a line break and a backslash": r"\n\\",
    "a solidus in escapes": r"a\/b",
    "a letter in escapes": r"\u0041",
    "a line feed by its number": r"a\u000ab",
    "a quote by its number": r"a\u0022",
    "a backslash by its number": r"\u005cn",
    "a comma by its number": r"a\u002cb",
    "NUL": r"a\u0000b",
    "escapes of blanks": r"\b\f\t\r\n",
    "a comma": "a,b",
    "a comma and a line break": r"a,\nb",
    "a pair of surrogates": r"\ud83d\ude00",
    "a high surrogate": r"a\ud800",
    "a low surrogate": r"\udc00a",
    "surrogates the wrong way round": r"\ude00\ud83d",
    "nothing": "",
    "a blank": " ",
    "DEL and C1": "\x7f\x85",
    "Unicode's line ends": "a\u2028b\u2029",
    "a byte order mark": "\ufeffa",
    "no characters": "\ufffe\uffff",
    "beyond the basic plane": "😀\U0010ffff",
    "CSV's own words": r"\\N",
}


def _tokens() -> Iterator[tuple[str, str]]:
    for name, token in _TOKENS.items():
        yield f"{name} in a message", _message(f'{{"text":{{"S":"{token}"}}}}')
        yield f"{name} in a doubly wrapped message", _message(f'{{"text":{{"M":{{"S":{{"S":"{token}"}}}}}}}}')
        yield f"{name} in a JSON text", _conversation(_text(f'[{{"text":"{token}"}}]'))
        yield f"{name} as a sender", _message(f'{{"from":{{"S":"{token}"}},"text":{{"S":"x"}}}}')
        yield f"{name} in user data", _user_data(f'{{"M":{{"nombre":{{"S":"{token}"}}}}}}')
        yield f"{name} in feedback", _feedback(f'{{"M":{{"comment":{{"S":"{token}"}}}}}}')
        yield f"{name} in PK", f'{{"PK":{{"S":"USER#{token}"}},"SK":{{"S":"REGISTER"}}}}'
        yield (
            f"{name} in SK",
            f'{{"PK":{{"S":"USER#1"}},"SK":{{"S":"FEEDBACK#{token}"}},"CreatedAt":{{"S":"2026-01-31T04:30Z"}}}}',
        )


#: Attribute values that are taken for wrappers, or wrappers that are none.
_WRAPPERS: Final = {
    "no wrapper": '{"x":{"S":"y"}}',
    "an empty map": "{}",
    "a map, and more": '{"M":{"text":{"S":"x"},"nombre":{"S":"x"},"type":{"S":"like"}},"x":1}',
    "a list, and more": '{"L":[],"x":1}',
    "a text, and more": '{"S":"x","x":1}',
    "a wrapped text, and more": '{"M":{"S":{"S":"x"}},"x":1}',
    "a wrapped text with more": '{"M":{"S":{"S":"x"},"x":1}}',
    "wrapped three times": '{"M":{"M":{"M":{"text":{"M":{"S":{"S":"x"}}},"nombre":{"M":{"S":{"S":"x"}}}}}}}',
    "wrapped three times, and more": '{"M":{"M":{"M":{"text":{"M":{"S":{"S":"x"}}}},"x":1}}}',
    "two types": '{"S":"a","N":"1"}',
    "a type twice": '{"S":"a","S":"b"}',
    "a map and a text": '{"M":{},"S":"{}"}',
    "a list and a text": '{"L":[],"S":"[]"}',
    "a list with a null and a text": '{"L":[{"M":{"from":{"S":"user"},"text":{"NULL":true}}}],"S":"[]"}',
    "the text null": '{"S":null}',
    "a number as text": '{"S":5}',
    "text as a number": '{"N":"x"}',
    "a number in a number": '{"N":{"N":"5"}}',
    "a text in a text": '{"S":{"S":"x"}}',
    "a number in a text": '{"S":{"N":"5"}}',
    "NULL that is false": '{"NULL":false}',
    "NULL in a map": '{"M":{"NULL":true}}',
    "a wrapped NULL in a map": '{"M":{"NULL":{"BOOL":true}}}',
    "a wrapped text in a map": '{"M":{"S":{"S":"x"}}}',
    "a map in a map": '{"M":{"M":{}}}',
    "maps in maps": '{"M":{"M":{"M":{"M":{"nombre":{"S":"Ana"}}}}}}',
    "a list in a map": '{"M":{"L":{"L":[]}}}',
    "a list of a list": '{"L":{"L":[]}}',
    "a text that is a list": '{"L":"[]"}',
    "a text that is a map": '{"M":"{}"}',
    "a set named like an entry": '{"M":{"SS":{"S":"x"}}}',
    "a binary that is a map": '{"B":{"S":"x"}}',
    "binary": '{"B":"AA=="}',
    "sets": '{"SS":["a"]}',
    "true": '{"BOOL":true}',
    "no boolean": '{"BOOL":"true"}',
    "JSON's null": "null",
    "a bare text": '"x"',
    "a bare list": "[]",
}


def _wrappers() -> Iterator[tuple[str, str]]:
    for name, value in _WRAPPERS.items():
        yield f"{name} as PK", f'{{"PK":{value},"SK":{{"S":"REGISTER"}}}}'
        yield f"{name} as SK", f'{{"PK":{{"S":"USER#1"}},"SK":{value}}}'
        yield f"{name} as CreatedAt", f'{{{_KEY},"CreatedAt":{value}}}'
        yield f"{name} as Conversation", _conversation(value)
        yield f"{name} as UserData", _user_data(value)
        yield f"{name} as Feedback", _feedback(value)
        yield f"{name} as a message", _conversation(f'{{"L":[{value}]}}')
        yield f"{name} as a text", _message(f'{{"from":{{"S":"user"}},"text":{value}}}')
        yield f"{name} as the only entry, from", _message(f'{{"from":{value}}}')
        yield f"{name} as a message's time", _message(f'{{"text":{{"S":"x"}},"timestamp":{value}}}')
        yield f"{name} as a type of feedback", _feedback(f'{{"M":{{"type":{value},"comment":{{"S":"x"}}}}}}')
        yield f"{name} as a name", _user_data(f'{{"M":{{"nombre":{value},"ciudad":{value}}}}}')


#: JSON texts in string attributes.
_DOCUMENTS: Final = (
    *("{}", "[]", "null", '""', '"[]"', '"\\"[]\\""', "true", "0", "-0.0", "1e999", "NaN", "[NaN]"),
    *('{"nombre":Infinity}', "", " ", " [] ", "\n{}\t", "[],", "[", '{"nombre":}', "{'a':1}", "\ufeff[]", "[] x"),
    *('{"a":1,}', "[01]", "[1.]", '[{"text":"a","x":{"y":1,"y":1}}]', '{"nombre":"a","x":{"y":1,"y":1}}'),
    *('{"type":"like","x":[{"y":1,"y":1}]}', '{"L":[],"L":[]}', '{"L":[{"M":{"text":{"S":"a"},"text":{"S":"b"}}}]}'),
    *('{"L":[{"M":{"text":{"S":"a","S":"b"}}}]}', '{"L":[{"M":{"text":{"S":"a"}},"M":{"text":{"S":"b"}}}]}'),
    *('[{"from":"user","from":"bot","text":"a"}]', '[{"text":null,"text":"a"}]', '[{"text":"a","x":1,"x":2}]'),
    *('[{"text":"a","timestamp":null,"timestamp":null}]', '{"nombre":"a","nombre":"b"}', '{"x":{"y":1,"y":1}}'),
    *('[{"text":"a","text":"a"}]', '[{"x":[{"y":1,"y":2}]}]', '{"type":"like","type":"like"}', '{"S":"a","S":"a"}'),
    *('{"M":{},"M":{}}', '{"\\u006eombre":1,"nombre":2}', '{"nombre":1.50,"ciudad":-0,"gerencia":1E5}'),
    *('{"nombre":123456789012345678901234567890}', '{"nombre":true}', '{"nombre":null}', '{"nombre":[]}'),
    *('{"nombre":{}}', '{"nombre":{"S":"x"}}', '{"nombre":{"N":5}}', '{"N":{"S":"5"}}', '{"nombre":"\\ud83d\\ude00"}'),
    *('{"nombre":"\\ud800"}', '{"nombre":"a\tb"}', '{"\\ud800":1}', '{"nombre":"\\u0000"}'),
    *('[{"from":"user","text":"hola"}]', '[{"from":null,"text":null,"timestamp":null}]', "[null]", "[[]]", '["x"]'),
    *("[{}]", '[{"from":true,"text":1.0}]', '[{"S":"{}"}]', '[{"M":{"text":{"S":"x"}}}]', '[{"timestamp":"ayer"}]'),
    *('[{"text":{}}]', '{"L":[{"M":{"text":{"S":"x"}}}]}', '{"L":[]}', '{"S":"[]"}', '{"M":{"nombre":{"S":"Ana"}}}'),
    *('{"NULL":true}', '{"type":" LIKE "}', '{"type":"meh"}', '{"type":null,"comment":"","option":"\\\\"}'),
    *('{"comment":5,"option":false}', '[{"text":"x","nueva":' + "[" * 50 + "]" * 50 + "}]"),
    '{"x":' * 60 + "1" + "}" * 60,
)


def _documents() -> Iterator[tuple[str, str]]:
    for document in _DOCUMENTS:
        yield f"{document!r} as Conversation", _conversation(_text(document))
        yield f"{document!r} as UserData", _user_data(_text(document))
        yield f"{document!r} as Feedback", _feedback(_text(document))
        yield f"{document!r} serialized again", _conversation(_text(json.dumps(document)))


#: How times are written into items, and where.
_TIME_PLACES: Final = {
    "as CreatedAt": f'{{{_KEY},"CreatedAt":{{"S":"@"}}}}',
    "as CreatedAt of feedback": f'{{{_FEEDBACK_KEY},"CreatedAt":{{"S":"@"}}}}',
    "in SK": '{"PK":{"S":"USER#1"},"SK":{"S":"CONVERSATION#@"}}',
    "in SK behind a number sign": '{"PK":{"S":"USER#1"},"SK":{"S":"FEEDBACK##@"}}',
    "in SK before a number sign": '{"PK":{"S":"USER#1"},"SK":{"S":"FEEDBACK#@#2"}}',
    "in a message": _message('{"text":{"S":"x"},"timestamp":{"S":"@"}}'),
    "in a JSON text": _conversation(_text([{"text": "x", "timestamp": "@"}])),
}


def _times() -> Iterator[tuple[str, str]]:
    for time in TIMES:
        for name, item in _TIME_PLACES.items():
            yield f"{time!r} {name}", item.replace("@", json.dumps(time)[1:-1])


def _others() -> Iterator[tuple[str, str]]:
    yield "no attributes", "{}"
    yield "no keys", '{"Conversation":{"L":[]}}'
    yield "attributes that nobody reads", f'{{{_KEY},"Otra":{{"M":{{"a":{{"BS":["AA=="]}}}}}},"":{{"S":""}}}}'
    yield "an attribute that is no attribute, unread", f'{{{_KEY},"Otra":5}}'
    yield "an attribute twice", f'{{{_KEY},"CreatedAt":{{"S":"ayer"}},"CreatedAt":{{"S":"2026-01-31T04:30Z"}}}}'
    yield "PK twice", '{"PK":{"S":"USER#1"},"PK":{"S":"TEAM#1"},"SK":{"S":"REGISTER"}}'
    yield "an entry twice", _message('{"text":{"S":"a"},"text":{"N":"1"}}')
    yield "keys in escapes", r'{"\u0050K":{"\u0053":"USER#1"},"SK":{"S":"REGISTER"}}'
    yield "blanks everywhere", ' { "PK" :\t{ "S" : "USER#1" } , "SK":{"S":"REGISTER"}\r} '
    yield "bare numbers", f'{{{_KEY},"Otra":[1,-0.0,1e5,12345678901234567890]}}'
    for sort_key in ("REGISTER", "REGISTER#", "CONVERSATION#", "FEEDBACK##", "CONVERSATION#1999-01-01T00:00Z"):
        yield f"{sort_key} of the excluded", f'{{"PK":{{"S":"USER#monitor-1"}},"SK":{{"S":"{sort_key}"}}}}'
        yield f"{sort_key}, and no CreatedAt", f'{{"PK":{{"S":"USER#1"}},"SK":{{"S":"{sort_key}"}}}}'
    yield "the excluded, by keys that are no text", '{"PK":{"N":"1"},"SK":{"B":"QQ=="}}'
    yield "the excluded, by keys wrapped twice", '{"PK":{"S":{"S":"USER#nadie"}},"SK":{"S":{"S":"REGISTER"}}}'
    item = _message('{"from":{"S":"user"},"text":{"S":"hola"},"timestamp":{"S":"2026-01-31T04:30:01Z"}}')
    yield "an item twice", f"{item}\n{item}"
    yield "a rejected item between right ones", f"{item}\n{_message('{}')}\n{_conversation('{}')}\n{item}"


def _cases() -> Iterator[tuple[str, str]]:
    yield from _tokens()
    yield from _wrappers()
    yield from _documents()
    yield from _times()
    yield from _others()


#: By name; each one input, with an item a line.
NASTY_ITEMS: Final = {name: text.encode() for name, text in _cases()}
