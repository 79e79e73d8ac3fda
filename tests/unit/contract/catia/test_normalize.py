from __future__ import annotations

import json
import string
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contract.items.outcomes import Excluded, Outcome, Rejected
from contract.sources.catia import CONVERSATIONS, FEEDBACK
from contract.sources.catia.outcomes import Conversation, Feedback, Register
from contract.sources.catia.rows import ConversationRow, FeedbackRow, MessageRow
from lambda_src.exclusions import ExclusionRule
from tests.catia_items import normalize, normalize_json
from tests.named_cells import cells_of
from tests.unit.contract.catia.strategies import ANY_ITEMS, wrapped, wrapped_times

NO_TIME = "is not an ISO-8601 date and time such as 2026-01-31T04:30:00Z"
NO_SORT_KEY = "invalid_sk: SK: expected a key that starts with CONVERSATION#, FEEDBACK#, REGISTER"
TIME = "2026-01-31T04:30:00.000000Z"
SORT_KEY = "CONVERSATION#2026-01-31T04:30:00Z"
USER_DATA: dict[str, Any] = {
    "nombre": "Ana",
    "ciudad": "Bogotá",
    "gerencia": "G",
    "subgerencia": "",
    "nivel_directivo": None,
}
MESSAGES: list[dict[str, Any]] = [
    {"from": "user", "text": "¿Qué\ntal?", "timestamp": "2026-01-31T04:30:01Z"},
    {"from": "CATIA", "text": 'Bien, "gracias"', "timestamp": None},
]


def item(sort_key: str = SORT_KEY, **attributes: Any) -> dict[str, Any]:
    """An item in wire format; attributes are given as plain values, or as None to be left out."""
    plain = {"PK": "USER#7", "SK": sort_key, **attributes}
    return {name: wrapped(value) for name, value in plain.items() if value is not None}


def conversation(**attributes: Any) -> Conversation:
    outcome = normalize(item(**attributes))
    assert isinstance(outcome, Conversation)
    return outcome


def conversation_row(**cells: str) -> ConversationRow:
    """The row of :func:`item`; null where nothing is said."""
    made = cells_of(CONVERSATIONS, user_id="7", conversation_id=SORT_KEY, **cells)
    return ConversationRow._make(made)


def feedback(**attributes: Any) -> FeedbackRow:
    outcome = normalize(item("FEEDBACK#2026-01-31T04:30:00Z", **attributes))
    assert isinstance(outcome, Feedback)
    return outcome.row


def reason(wire: dict[str, Any]) -> str:
    outcome = normalize(wire)
    assert isinstance(outcome, Rejected)
    assert outcome.row.reason.startswith(outcome.code + ": ")
    return outcome.row.reason


def test_a_conversation_becomes_its_row_and_its_messages() -> None:
    assert conversation(UserData=USER_DATA, Conversation=MESSAGES, CreatedAt="2026-01-30T23:30:00.25-05:00") == (
        Conversation(
            conversation_row(
                created_at="2026-01-31T04:30:00.250000Z",
                nombre="Ana",
                ciudad="Bogotá",
                gerencia="G",
                subgerencia="",
                message_count="2",
                question_count="1",
            ),
            (
                MessageRow("7", SORT_KEY, "1", "user", "¿Qué\ntal?", "2026-01-31T04:30:01.000000Z"),
                MessageRow("7", SORT_KEY, "2", "bot", 'Bien, "gracias"', None),
            ),
        )
    )


def test_a_bare_conversation_has_nulls_and_the_time_of_its_key() -> None:
    row = conversation_row(created_at=TIME, message_count="0", question_count="0")

    assert conversation() == Conversation(row, ())


@pytest.mark.parametrize("absent", [{"NULL": True}, {"S": "null"}, {"S": '{"NULL": true}'}])
def test_null_attributes_are_absent(absent: dict[str, Any]) -> None:
    wire = {**item(), "UserData": absent, "Conversation": absent, "CreatedAt": {"NULL": True}}

    assert normalize(wire) == normalize(item())


@given(st.sampled_from(["UserData", "Conversation"]), st.integers(1, 4), st.integers(0, 2), st.integers(1, 2))
def test_every_shape_of_an_attribute_means_the_same(name: str, around: int, inside: int, dumps: int) -> None:
    plain: dict[str, Any] = {"UserData": USER_DATA, "Conversation": MESSAGES}
    document: Any = wrapped_times(plain[name], inside)
    for _ in range(dumps):
        document = json.dumps(document)

    expected = normalize(item(**plain))

    assert normalize({**item(**plain), name: wrapped_times(plain[name], around)}) == expected
    assert normalize({**item(**plain), name: wrapped_times(document, around)}) == expected


@pytest.mark.parametrize(
    ("word", "sender"),
    [
        *((word, "user") for word in ("user", "USUARIO", " Usuario\n")),
        *((word, "bot") for word in ("bot", "Assistant", "catia", "CATIA ", "system")),
        *((word, word) for word in ("Agente", " humano ", "", "users")),
        (5, "5"),
        (True, "true"),
        (None, None),
    ],
)
def test_senders(word: Any, sender: str | None) -> None:
    value = {"N": str(word)} if type(word) is int else wrapped(word)
    wire = {**item(), "Conversation": {"L": [{"M": {"from": value}}]}}
    outcome = normalize(wire)

    assert isinstance(outcome, Conversation)
    assert outcome.messages == (MessageRow("7", SORT_KEY, "1", sender, None, None),)
    assert outcome.row.question_count == str(int(sender == "user"))


def test_unknown_keys_are_ignored() -> None:
    extra: dict[str, Any] = {"nueva": [1.5], "M": {}}
    messages = [{**message, **extra} for message in MESSAGES]

    document = json.dumps(messages)

    assert conversation(UserData={**USER_DATA, "x": [{}]}, Conversation=document, Otra={"a": "b"}) == (
        conversation(UserData=USER_DATA, Conversation=MESSAGES)
    )


def test_feedback_becomes_its_row() -> None:
    given_feedback = {"type": " LIKE ", "comment": "a\nb", "option": "1"}

    assert feedback(Feedback=given_feedback) == cells_of(
        FEEDBACK,
        user_id="7",
        feedback_id="FEEDBACK#2026-01-31T04:30:00Z",
        created_at=TIME,
        feedback_type="like",
        comment="a\nb",
        option="1",
    )
    assert feedback(Feedback=json.dumps(given_feedback)) == feedback(Feedback=given_feedback)
    assert feedback(Feedback={"type": "DisLike"}).feedback_type == "dislike"
    assert {*feedback()[3:]} == {*feedback(Feedback={})[3:]} == {None}


@pytest.mark.parametrize("sort_key", ["REGISTER", "REGISTER#2026", "REGISTERED"])
def test_registers_are_only_counted_whatever_they_hold(sort_key: str) -> None:
    assert normalize(item(sort_key, CreatedAt="never", UserData="}")) == Register()


def test_exclusions_come_before_everything() -> None:
    rules = (ExclusionRule("monitor", "user_id", "equals", ("7",)),)

    assert normalize(item("whatever"), rules) == Excluded("monitor")
    assert isinstance(normalize({"PK": {"S": "USER#8"}, "SK": {"S": "whatever"}}, rules), Rejected)


@pytest.mark.parametrize(
    ("wire", "expected"),
    [
        ({}, "invalid_pk: PK: expected USER# and a user's id, found nothing"),
        ({"PK": {"S": "USER#"}}, "invalid_pk: PK: expected USER# and a user's id, found text of 5 characters"),
        ({"PK": {"S": "user#1"}}, "invalid_pk: PK: expected USER# and a user's id, found text of 6 characters"),
        ({"PK": {"N": "5"}}, "invalid_pk: PK: expected USER# and a user's id, found text of 1 characters"),
        ({"PK": {"L": []}}, "wrong_type: PK: expected text, found a list"),
        ({"PK": {"S": 5}}, "malformed_attribute: PK: expected one DynamoDB type around the value, found a map"),
        (
            {"PK": {"S": "USER#1"}},
            f"{NO_SORT_KEY}, found nothing",
        ),
        (
            item("CHAT#1"),
            f"{NO_SORT_KEY}, found text of 6 characters",
        ),
        (
            item("CONVERSATION#"),
            "invalid_timestamp: SK: CreatedAt is missing, and text of 0 characters " + NO_TIME,
        ),
        (
            item("FEEDBACK#2026-01-31T04:30:00Z#2"),
            "invalid_timestamp: SK: CreatedAt is missing, and text of 22 characters " + NO_TIME,
        ),
        (
            item(CreatedAt="ayer"),
            "invalid_timestamp: CreatedAt: text of 4 characters " + NO_TIME,
        ),
        (
            item(CreatedAt="2026-02-30T00:00:00Z"),
            "invalid_timestamp: CreatedAt: text of 20 characters names no real time: day is out of range for month",
        ),
        (item(UserData=[]), "wrong_type: UserData: expected a map, found a list"),
        (item(UserData={"nombre": {"a": "b"}}), "wrong_type: UserData.nombre: expected text, found a map"),
        (
            item(UserData="Ana"),
            "invalid_json: UserData: text of 3 characters is not JSON: Expecting value at character 1",
        ),
        (item(Conversation={"a": "b"}), "wrong_type: Conversation: expected a list, found a map"),
        (item(Conversation=["hola"]), "wrong_type: Conversation[0]: expected a map, found text"),
        (item(Conversation=[{}, {"text": []}]), "wrong_type: Conversation[1].text: expected text, found a list"),
        (
            item(Conversation=[{"timestamp": ""}]),
            "invalid_timestamp: Conversation[0].timestamp: text of 0 characters " + NO_TIME,
        ),
        (
            item(Conversation='[{"text": "\\ud800"}]'),
            "invalid_unicode: Conversation[0].text: character 1 is the lone surrogate U+D800, which is no text",
        ),
        (item(Conversation="[NaN]"), "invalid_json: Conversation: NaN is not JSON: it is no number"),
        (
            item("FEEDBACK#2026-01-31T04:30:00Z", Feedback={"type": "meh"}),
            "unknown_feedback_type: Feedback.type: expected dislike or like, found text of 3 characters",
        ),
        (
            item("FEEDBACK#2026-01-31T04:30:00Z", Feedback={"type": ""}),
            "unknown_feedback_type: Feedback.type: expected dislike or like, found text of 0 characters",
        ),
        (
            item(Conversation="[" * 100_000),
            "too_deeply_nested: Conversation: the JSON text is nested deeper than 200 levels",
        ),
        (
            item(UserData='{"S":' * 100_000),
            "too_deeply_nested: UserData: the JSON text is nested deeper than 200 levels",
        ),
    ],
    ids=lambda value: value.split(":")[0] + "-" + value.split(":")[1].strip()[:20] if isinstance(value, str) else "",
)
def test_what_is_wrong_is_rejected_with_its_place_and_its_rule(wire: dict[str, Any], expected: str) -> None:
    assert reason(wire) == expected


MARK = "Zyx"


def marked(value: Any) -> Any:
    """Return a wire value with a mark in every text that it holds."""
    if isinstance(value, dict):
        return {key: marked(content) for key, content in value.items()}
    if isinstance(value, list):
        return [marked(content) for content in value]
    return f"{value[: len(value) // 2]}{MARK}{value[len(value) // 2 :]}" if isinstance(value, str) else value


@given(ANY_ITEMS)
@example(item("CONVERSATION#ayer"))
@example(item(UserData='{"nombre": 1, "nombre": 2}'))
@example(item("FEEDBACK#2026-01-31T04:30:00Z", Feedback={"type": "regular"}))
@example(item(Conversation=[{"timestamp": "ayer"}]))
def test_a_reason_holds_no_word_of_the_item(wire: dict[str, Any]) -> None:
    for name, value in wire.items():
        keys: dict[str, Any] = {key: wire[key] for key in ("PK", "SK") if key in wire}
        outcome = normalize({**keys, name: marked(value)})
        assert not isinstance(outcome, Rejected) or MARK not in outcome.row.reason


def test_a_rejected_item_is_kept_whole() -> None:
    wire = {**item("CHAT#1", Texto="ñ\n"), "Foto": {"B": b"\x00"}}
    outcome = normalize(wire)

    assert isinstance(outcome, Rejected)
    assert outcome.row.item_key == '{"PK":{"S":"USER#7"},"SK":{"S":"CHAT#1"}}'
    assert outcome.row.item_json == (
        '{"PK":{"S":"USER#7"},"SK":{"S":"CHAT#1"},"Texto":{"S":"ñ\\n"},"Foto":{"B":"AA=="}}'
    )


def test_an_item_in_json_is_normalized_like_the_item() -> None:
    wire = item(UserData=USER_DATA, Conversation=MESSAGES)

    assert normalize_json(json.dumps(wire)) == normalize(wire)
    assert normalize_json(json.dumps(wire), (ExclusionRule("all", "PK", "starts_with", ("U",)),)) == Excluded("all")


@pytest.mark.parametrize(
    ("attribute", "reason"),
    [
        ('{"L":[' * 100_000, "too_deeply_nested: values are nested deeper than can be read"),
        ("9" * 5_000, "malformed_attribute: the item cannot be read: Exceeds the limit (4300 digits)"),
        ("1e999", "malformed_attribute: the item cannot be read: Out of range float values are not JSON compliant"),
        ("}", "malformed_attribute: the item cannot be read: Expecting value: line 1 column"),
    ],
    ids=["deep", "long", "large", "broken"],
)
def test_an_item_that_no_parser_takes_is_rejected_as_it_is(attribute: str, reason: str) -> None:
    document = f'{{"PK":{{"S":"USER#7"}},"SK":{{"S":"CHAT#1"}},"Otra":{attribute}}}'
    outcome = normalize_json(document)

    assert isinstance(outcome, Rejected)
    assert outcome.row.reason.startswith(reason)
    assert (outcome.row.item_key, outcome.row.item_json) == ("{}", document)
    assert outcome.code == reason.split(":", maxsplit=1)[0]


def all_cells(outcome: Outcome) -> list[str | None]:
    if isinstance(outcome, Conversation):
        return [cell for row in (outcome.row, *outcome.messages) for cell in row]
    return list(outcome.row) if isinstance(outcome, (Feedback, Rejected)) else []


@given(ANY_ITEMS)
@example({"PK": {"S": "USER#\ud800"}, "SK": {"S": "CONVERSATION#\udfff"}})
def test_any_item_has_an_outcome_that_utf8_can_hold(wire: dict[str, Any]) -> None:
    assert all(cell is None or cell.encode().decode() == cell for cell in all_cells(normalize(wire)))


@given(st.lists(st.fixed_dictionaries({}, optional={"from": st.text(string.ascii_letters), "text": st.text()})))
def test_every_message_is_a_row_in_its_place_with_its_text(messages: list[dict[str, str]]) -> None:
    outcome = conversation(Conversation=messages)

    assert [row.position for row in outcome.messages] == [str(number + 1) for number in range(len(messages))]
    assert [row.text for row in outcome.messages] == [message.get("text") for message in messages]
    assert outcome.row.message_count == str(len(messages))
