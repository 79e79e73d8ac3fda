"""Which items the fast reader takes. That the slow path agrees is checked of each (``tools.fuzz.properties``)."""

from __future__ import annotations

import json

import pytest

from tests.unit.contract.catia.extracted_items import FEEDBACK_KEY, SORT_KEY, extracted, item
from tools.fuzz.properties import check
from tools.local.sample_shapes import json_text, wire

NULLS = [
    item(CreatedAt=wire(None), Conversation=wire([{"from": "user", "text": None}])),
    item(
        Conversation=wire([{"from": None, "text": "a", "timestamp": None}]),
        UserData=wire({"nombre": None, "ciudad": "b"}),
    ),
    item(Conversation=json_text([{"from": "user", "text": None, "timestamp": None}])),
    item(UserData=json_text({"nombre": None, "ciudad": "b"})),
    item(FEEDBACK_KEY, Feedback=wire({"type": None, "comment": "x"}), CreatedAt=wire(None)),
]
ENTRIES_NOBODY_READS = [
    item(Conversation=wire([{"text": "a", "id": 5, "fuentes": [{"a": None}]}]), Otra=wire({"M": [True]})),
    item(Conversation=json_text([{"text": "a", "id": 5, "error": None, "modelo": 'x"y'}])),
    item(UserData=wire({"nombre": "Ana", "edad": 5, "S": "x"})),
    item(UserData=json_text({"nombre": "Ana", "edad": 5, "activa": True})),
    item(FEEDBACK_KEY, Feedback=json_text({"type": "like", "peso": 1.5})),
]
OTHERS = [
    item(Conversation=wire([])),
    item(Conversation=json_text([])),
    item(Conversation=wire([{"text": "a", "timestamp": "20260131T0430"}, {"timestamp": "2026-01-31 04:30:05.5"}])),
    item(Conversation=wire([{"text": str(number)} for number in range(1_500)])),
    item(Conversation=wire([{"from": f"{number}{'x' * number}"} for number in range(1, 1_200)])),
    item(partition_key="USER#\ufeffana", Conversation=wire([{"from": "user", "text": "\ufeffhola"}])),
    item(FEEDBACK_KEY, partition_key="USER#\ufeffana", Feedback=wire({"comment": "\ufeff"})),
    item(partition_key='USER#a,"b\n', sort_key="CONVERSATION#ñ,\\", CreatedAt=wire("2026-01-31T04:30:00Z")),
]


@pytest.mark.parametrize("unread", [*NULLS, *ENTRIES_NOBODY_READS, *OTHERS], ids=lambda unread: unread[:150].decode())
def test_items_of_usual_shapes_take_the_short_way(unread: bytes) -> None:
    check([unread], ())

    assert extracted(unread)[1].slow_path_items == 0


def raw(sort_key: str = SORT_KEY, **attributes: str) -> bytes:
    """An item whose attributes are given as JSON."""
    keys = {"PK": '{"S":"USER#7"}', "SK": json.dumps({"S": sort_key})}
    return ("{" + ",".join(f'"{name}":{value}' for name, value in {**keys, **attributes}.items()) + "}").encode()


def message(entries: str) -> bytes:
    return raw(Conversation=f'{{"L":[{{"M":{entries}}}]}}')


def user_data(entries: str) -> bytes:
    return raw(UserData=f'{{"M":{entries}}}')


LOOK_USUAL = [
    message("{}"),
    message('{"otra":{"S":"x"}}'),
    message('{"text":{"S":null}}'),
    message('{"text":{"S":5}}'),
    message('{"text":{"S":{"S":"x"}}}'),
    message('{"text":{"S":"x","NULL":true}}'),
    message('{"from":{"S":"x","NULL":true}}'),
    message('{"text":{"NULL":false}}'),
    message('{"text":{"NULL":true}}'),
    message('{"text":{}}'),
    message('{"text":null}'),
    message('{"text":"x"}'),
    message('{"text":{"N":"5"}}'),
    message('{"text":{"B":"eA=="}}'),
    message('{"text":{"M":{"S":{"S":"x"}}}}'),
    message('{"text":{"S":"\\ud800"}}'),
    message('{"from":{"S":"\\ud800"}}'),
    message('{"text":{"S":"x"},"M":{"text":{"S":"y"}}}'),
    message('{"M":0}'),
    message('{"M":{"text":{"S":"x"}}}'),
    message('{"M":{"M":{}}}'),
    message('{"M":{"M":{"text":{"M":{"S":{"NULL":true}}}}}}'),
    message('{"M":{"M":{"text":{"M":{"NULL":{"BOOL":true}}}}}}'),
    message('{"M":{"M":{"text":{"M":{"S":{"S":"x"},"NULL":{"BOOL":true}}}}}}'),
    message('{"M":{"M":{"text":{"S":"x"}}}}'),
    message('{"M":{"M":{"text":{"M":{"S":{"S":"x"}}}},"otra":{"S":"y"}}}'),
    message('{"timestamp":{"S":"2026-02-30T04:30:00Z"}}'),
    message('{"timestamp":{"S":""}}'),
    raw(Conversation='{"L":[],"S":"[]"}'),
    raw(Conversation="{}"),
    raw(Conversation='{"NULL":true}'),
    raw(Conversation='{"S":""}'),
    raw(Conversation='{"L":[{"M":{"text":{"S":"x"}}},{"M":{"M":{"M":{"text":{"M":{"S":{"S":"x"}}}}}}}]}'),
    raw(Conversation='{"S":"[{\\"text\\":{\\"S\\":\\"x\\"}}]"}'),
    raw(Conversation='{"S":"[{\\"text\\":{\\"S\\":\\"x\\",\\"S\\":\\"y\\"}}]"}'),
    raw(Conversation='{"S":"[{\\"M\\":{\\"text\\":\\"x\\"}}]"}'),
    raw(Conversation='{"S":"{\\"M\\":{\\"L\\":[]}}"}'),
    user_data("{}"),
    user_data('{"M":{"nombre":{"S":"x"}}}'),
    user_data('{"M":{"M":{"nombre":{"S":"x"}}}}'),
    user_data('{"M":{"M":{"nombre":{"M":{"S":{"S":"x"}}}},"otra":{"S":"x"}}}'),
    user_data('{"nombre":{"S":["x"]}}'),
    user_data('{"nombre":{"S":"x","NULL":true}}'),
    user_data('{"nombre":{"NULL":true}}'),
    user_data('{"nombre":{"NULL":false},"ciudad":{"S":"x"}}'),
    raw(UserData='{"M":{"nombre":{"S":"x"}},"S":"{}"}'),
    raw(UserData='{"NULL":true}'),
    raw(UserData='{"S":"{}"}'),
    raw(UserData='{"S":"{\\"nombre\\":5}"}'),
    raw(UserData='{"S":"{\\"nombre\\":{\\"S\\":\\"x\\"}}"}'),
    raw(UserData='{"S":"{\\"nombre\\":\\"x\\",\\"nombre\\":\\"x\\"}"}'),
    raw(UserData='{"S":"\\"{}\\""}'),
    raw(FEEDBACK_KEY, Feedback='{"M":{"type":{"S":"meh"}}}'),
    raw(FEEDBACK_KEY, Feedback='{"M":{"type":{"S":""}}}'),
    raw(FEEDBACK_KEY, Feedback='{"M":{"type":{"S":"\\ud800"}}}'),
    raw(FEEDBACK_KEY, Feedback='{"S":"like"}'),
    raw(FEEDBACK_KEY, CreatedAt='{"S":"ayer"}'),
    raw(FEEDBACK_KEY, CreatedAt='{"S":"2026-01-31T04:30:00Z","NULL":true}'),
    raw(CreatedAt='{"N":"5"}'),
    raw("CONVERSATION#ayer"),
    raw("NOTE#1"),
    b'{"PK":{"S":"USER#"},"SK":{"S":"REGISTER"}}',
    b'{"PK":{"S":"TEAM#7"},"SK":{"S":"REGISTER"}}',
    b'{"PK":{"N":"7"},"SK":{"S":"REGISTER"}}',
    b'{"PK":{"S":"USER#7","NULL":true},"SK":{"S":"REGISTER"}}',
    b'{"SK":{"S":"REGISTER"}}',
    b"{}",
]


@pytest.mark.parametrize("unusual", LOOK_USUAL, ids=lambda unusual: unusual.decode()[-90:])
def test_what_only_looks_usual_is_left_to_normalize(unusual: bytes) -> None:
    check([unusual], ())

    assert extracted(unusual)[1].slow_path_items == 1
