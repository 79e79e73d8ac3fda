from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.items.outcomes import AcceptedItem, Excluded, Rejected
from contract.items.wire_json import wire_json
from contract.sources.tickets import CONTRACT, REPLIES, STATUSES, TICKETS
from lambda_src.exclusions import ExclusionError, ExclusionRule
from lambda_src.extraction import Extraction
from lambda_src.normalize import Normalizer
from tools.local.sample_shapes import json_text, wire

TICKET = {
    "ticket_id": "T-1",
    "opened_at": "2026-01-30T10:00:00-05:00",
    "subject": "The lift, again",
    "status": "open",
    "replies": [
        {"author": "desk", "text": "On it.\nSoon.", "written_at": "2026-01-30T15:01:00Z"},
        {"author": "desk", "text": None},
    ],
    "priority": 2,
    "refund": "120000.5",
    "hours": 0.25,
    "is_urgent": True,
    "due_on": "2026-02-28",
    "tags": ["lift", "floor 3"],
}
TYPED = ("2", "120000.50", "0.25", "true", "2026-02-28", '["lift","floor 3"]')


def item(**changes: Any) -> dict[str, Any]:
    return {name: wire(value) for name, value in {**TICKET, **changes}.items()}


def test_a_ticket_is_a_row_and_a_row_for_each_reply() -> None:
    outcome = Normalizer(CONTRACT).normalize(item())

    assert outcome == AcceptedItem(
        "tickets",
        {
            "tickets": [("T-1", "2026-01-30T15:00:00.000000Z", "The lift, again", "open", "2", *TYPED)],
            "replies": [
                ("T-1", "1", "desk", "On it.\nSoon.", "2026-01-30T15:01:00.000000Z"),
                ("T-1", "2", "desk", None, None),
            ],
        },
    )


def test_replies_may_be_json_text_or_missing() -> None:
    normalizer = Normalizer(CONTRACT)
    written = normalizer.normalize({**item(), "replies": json_text(TICKET["replies"])})
    without = normalizer.normalize({name: value for name, value in item().items() if name != "replies"})

    assert written == normalizer.normalize(item())
    assert isinstance(without, AcceptedItem)
    assert without.rows["tickets"][0][4] == "0"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"ticket_id": None}, "invalid_key: ticket_id: expected a ticket's id, found nothing"),
        ({"opened_at": None}, "missing_value: opened_at: column opened_at, timestamp: expected a value, found nothing"),
        ({"opened_at": "soon"}, "invalid_timestamp: opened_at: column opened_at, timestamp: text of 4 characters "),
        (
            {"refund": 0.125},
            "invalid_value: refund: column refund, decimal(12,2): expected a number of at most 10 digits",
        ),
        (
            {"due_on": "soon"},
            "invalid_value: due_on: column due_on, date: expected a day as YYYY-MM-DD, found text of 4",
        ),
        ({"tags": "soon"}, "invalid_json: tags: column tags, json: text of 4 characters is not JSON"),
        ({"status": "lost"}, "unknown_value: status: expected one of open, answered, closed, found text of "),
        ({"status": None}, "unknown_value: status: expected one of open, answered, closed, found nothing"),
        ({"replies": "x"}, "invalid_json: replies: text of 1 characters is not JSON"),
        ({"replies": [{}, 5]}, "wrong_type: replies[1]: expected a map"),
        ({"replies": [{}, {"text": ["a"]}]}, "wrong_type: replies[1].text: expected text"),
    ],
)
def test_a_ticket_that_breaks_a_rule_is_rejected_whole(changes: dict[str, Any], reason: str) -> None:
    outcome = Normalizer(CONTRACT).normalize(item(**changes))

    assert isinstance(outcome, Rejected)
    assert outcome.row.reason.startswith(reason)
    assert outcome.code == reason.partition(":")[0]
    assert json.loads(outcome.row.item_key) == {"ticket_id": item(**changes)["ticket_id"]}
    assert json.loads(outcome.row.item_json) == json.loads(wire_json(item(**changes)))


def test_rules_exclude_by_the_only_key() -> None:
    drill = ExclusionRule("drills", "ticket_id", "starts_with", ("drill-",))

    assert Normalizer(CONTRACT, [drill]).normalize(item(ticket_id="drill-1")) == Excluded("drills")
    assert isinstance(Normalizer(CONTRACT, [drill]).normalize(item()), AcceptedItem)
    with pytest.raises(ExclusionError, match="rule 'a' is about 'PK'; contract 'tickets' knows ticket_id"):
        Normalizer(CONTRACT, [ExclusionRule("a", "PK", "equals", ("1",))])


VALUES = st.recursive(
    st.none() | st.text() | st.booleans() | st.integers() | st.sampled_from([*STATUSES, "2026-01-30T10:00:00Z"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["author", "text", "x"]), inner),
    max_leaves=8,
)


@given(st.lists(st.dictionaries(st.sampled_from(list(TICKET)), VALUES.map(wire), max_size=5), max_size=4))
def test_nothing_is_lost_whatever_an_item_is(items: list[dict[str, Any]]) -> None:
    extraction = Extraction(CONTRACT, ())
    extraction.add([wire_json(each).encode() for each in [*items, item()]])
    rows, tally = extraction.take_rows(), extraction.tally

    assert tally.item_counts(len(items) + 1).unaccounted == 0
    assert tally.accepted["tickets"] == tally.rows[TICKETS.name] == rows[TICKETS.name].count(b"\n") > 0
    assert tally.rows[REPLIES.name] == rows[REPLIES.name].count(b"\n")
    assert sum(tally.rejected.values()) == rows["rejected"].count(b"\n")
