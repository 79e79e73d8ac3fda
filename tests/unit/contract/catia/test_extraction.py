from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from typing import Any

import pytest
from msgspec import Raw

from contract import cells
from contract.items.wire_json import wire_json
from contract.sources.catia import CONTRACT, CONVERSATIONS, FEEDBACK
from lambda_src.exclusions import ExclusionRule
from lambda_src.extraction import Extraction
from tests.named_cells import cells_of
from tests.unit.contract.catia.extracted_items import FEEDBACK_KEY, SORT_KEY, extracted, item
from tools.bench.items import Kind, generate
from tools.fuzz.properties import check
from tools.local.sample_data import generate_items
from tools.local.sample_faults import FAULTS
from tools.local.sample_shapes import (
    CONVERSATION_SHAPES,
    FEEDBACK_SHAPES,
    TIME_SHAPES,
    USER_DATA_SHAPES,
    Shape,
    json_text,
    utc_time,
    wire,
    wrapped,
)

KEYS = f"7,{SORT_KEY}"
TIME = "2026-01-31T04:30:00.000000Z"
MESSAGES = [
    {"from": "Usuario", "text": '¿Qué\n"tal"?', "timestamp": "2026-01-31T04:30:00.123Z"},
    {"from": "CATIA", "text": "Bien, gracias", "timestamp": "2026-01-30T23:30:07-05:00"},
    {"from": "asesor", "text": "C:\\nueva"},
    {"text": ""},
]
MESSAGE_ROWS = "".join(
    f"{KEYS},{rest}\n"
    for rest in (
        '1,user,"¿Qué\\n""tal""?",2026-01-31T04:30:00.123000Z',
        '2,bot,"Bien, gracias",2026-01-31T04:30:07.000000Z',
        "3,asesor,C:\\\\nueva,",
        '4,,"",',
    )
)
USER_DATA = {"nombre": 'Ana, la "jefa"', "ciudad": "Bogotá", "subgerencia": ""}


def conversation_record(**said: str) -> str:
    """The record of :func:`item`; null where nothing is said."""
    return cells.record(cells_of(CONVERSATIONS, user_id="7", conversation_id=SORT_KEY, created_at=TIME, **said))


def feedback_record(created_at: str, **said: str) -> str:
    """The record of an item with ``FEEDBACK_KEY``; null where nothing is said."""
    return cells.record(cells_of(FEEDBACK, user_id="7", feedback_id=FEEDBACK_KEY, created_at=created_at, **said))


MONITORS = ExclusionRule("monitors", "user_id", "starts_with", ("monitor-",))


@pytest.mark.parametrize("conversation", [shape for shape in CONVERSATION_SHAPES if shape is not None])
@pytest.mark.parametrize("user_data", [shape for shape in USER_DATA_SHAPES if shape is not None])
def test_conversations_of_all_shapes_have_the_same_rows(conversation: Shape, user_data: Shape) -> None:
    rows, extraction = extracted(item(Conversation=conversation(MESSAGES), UserData=user_data(USER_DATA)))

    assert rows == {
        "conversations": conversation_record(
            nombre='Ana, la "jefa"', ciudad="Bogotá", subgerencia="", message_count="4", question_count="1"
        ),
        "messages": MESSAGE_ROWS,
    }
    assert extraction.tally.accepted["conversations"] == 1
    assert extraction.tally.rows == {"conversations": 1, "messages": 4}
    assert extraction.slow_path_items == 0


@pytest.mark.parametrize("shape", FEEDBACK_SHAPES)
def test_feedback_of_all_shapes_has_the_same_row(shape: Shape) -> None:
    feedback = shape({"type": " DISLIKE ", "comment": "No,\nno sirve"})
    rows, extraction = extracted(item(FEEDBACK_KEY, Feedback=feedback, CreatedAt=wire("2026-01-31T04:30:00.5+01:00")))

    assert rows == {
        "feedback": feedback_record("2026-01-31T03:30:00.500000Z", feedback_type="dislike", comment="No,\nno sirve")
    }
    assert (extraction.tally.accepted["feedback"], extraction.tally.rows) == (1, {"feedback": 1})
    assert extraction.slow_path_items == 0


def test_missing_attributes_are_null() -> None:
    rows, extraction = extracted(item(), item(FEEDBACK_KEY), item("REGISTER#1"), item("REGISTER", UserData=wire(5)))

    assert rows == {
        "conversations": conversation_record(message_count="0", question_count="0"),
        "feedback": feedback_record(TIME),
    }
    assert extraction.tally.accepted["registers"] == 2
    assert extraction.slow_path_items == 0


def test_the_benchmarks_items_become_what_their_generator_says() -> None:
    samples = list(generate(2_000))
    items = [wire_json(sample.item).encode() for sample in samples]
    rejected = [sample for sample in samples if sample.kind is Kind.REJECTED]

    check(items)
    rows, extraction = extracted(*items, rules=(MONITORS,))

    assert len(rejected) >= 10
    assert extraction.slow_path_items == len(rejected)
    assert extraction.tally.accepted["conversations"] == sum(sample.kind is Kind.CONVERSATION for sample in samples)
    assert extraction.tally.accepted["feedback"] == sum(sample.kind is Kind.FEEDBACK for sample in samples)
    assert extraction.tally.accepted["registers"] == sum(sample.kind is Kind.REGISTER for sample in samples)
    assert extraction.tally.excluded == {"monitors": sum(sample.kind is Kind.EXCLUDED for sample in samples)}
    assert extraction.tally.rejected.total() == len(rejected)
    assert (
        extraction.tally.rows["messages"] == rows["messages"].count("\n") == sum(sample.messages for sample in samples)
    )


def test_of_the_sample_tables_items_only_the_faulty_ones_take_the_long_way() -> None:
    items = [wire_json(each).encode() for each in generate_items(60, 1, date(2026, 1, 31))]

    check(items)
    _, extraction = extracted(*items)

    assert extraction.tally.rejected.total() == extraction.slow_path_items >= len(FAULTS)


@pytest.mark.parametrize("last", [{"M": {"timestamp": {"S": "ayer"}}}, {"S": "suelto"}, {"M": {"text": {"B": "eA=="}}}])
def test_of_an_item_that_is_rejected_at_its_end_no_message_is_left(last: dict[str, Any]) -> None:
    rejected = item(Conversation={"L": [*wire(MESSAGES)["L"], last]})
    rows, extraction = extracted(item(), rejected, item())

    assert rows.keys() == {"conversations", "rejected"}
    assert extraction.tally.rows == Counter(conversations=2, rejected=1)


def test_of_an_item_that_turns_out_unusual_at_its_end_no_message_stands_twice() -> None:
    rows, extraction = extracted(item(Conversation=wire([*MESSAGES, {"text": 5}])))

    assert rows["messages"] == f"{MESSAGE_ROWS}{KEYS},5,,5,\n"
    assert extraction.tally.rows == {"conversations": 1, "messages": 5}
    assert extraction.slow_path_items == 1


def test_bad_user_data_leaves_no_message_of_its_item() -> None:
    bad = item(Conversation=wire(MESSAGES), UserData=wire({"nombre": ["x"]}))
    rows, _ = extracted(bad, item("REGISTER"))

    assert list(rows) == ["rejected"]
    assert rows["rejected"].count("\n") == 1


def test_rows_are_taken_once_and_counted_for_good() -> None:
    extraction = Extraction(CONTRACT, [MONITORS])
    assert extraction.take_rows() == dict.fromkeys(("messages", "feedback", "rejected", "conversations"), b"")

    conversation = item(Conversation=wire(MESSAGES))
    for form in (conversation, memoryview(conversation), Raw(conversation)):
        extraction.add([form])
    taken = extraction.take_rows()
    extraction.add([])

    assert taken["messages"].decode() == MESSAGE_ROWS * 3
    assert not any(extraction.take_rows().values())
    assert extraction.tally.rows == {"messages": 12, "conversations": 3}
    assert dict(extraction.tally.excluded) == {"monitors": 0}


def test_items_are_excluded_before_anything_else_is_read() -> None:
    unread = item("NOTE#1", "USER#monitor-1", Conversation=wire(5))
    rows, extraction = extracted(unread, item(partition_key="USER#monitor-2"), item("REGISTER"), rules=(MONITORS,))

    assert rows == {}
    assert extraction.tally.excluded == {"monitors": 2}
    assert extraction.tally.accepted["registers"] == 1


def test_user_data_is_remembered_for_the_same_user_data_only() -> None:
    shapes = (wire, json_text, wrapped, wire)
    rows, extraction = extracted(*[item(UserData=shape({"nombre": name})) for name in "ab" for shape in shapes])

    assert [row.split(",")[3] for row in rows["conversations"].splitlines()] == list("aaaabbbb")
    assert extraction.slow_path_items == 0


@pytest.mark.parametrize("shape", [shape for shape in TIME_SHAPES if shape is not None])
def test_times_of_all_shapes_are_the_same_instant(shape: Any) -> None:
    instant = datetime(2026, 1, 31, 4, 30, 7, tzinfo=UTC)
    time = shape(instant)
    rows, extraction = extracted(
        item(f"CONVERSATION#{time}", Conversation=wire([{"text": "x", "timestamp": time}])),
        item(f"FEEDBACK#{utc_time(instant)}", CreatedAt=wire(time)),
    )

    assert rows["messages"].endswith(",x,2026-01-31T04:30:07.000000Z\n")
    assert ",2026-01-31T04:30:07.000000Z," in rows["conversations"]
    assert ",2026-01-31T04:30:07.000000Z," in rows["feedback"]
    assert extraction.slow_path_items == 0
