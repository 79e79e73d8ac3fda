"""What ``check`` tries: a contract's examples on made-up items, and with ``--table`` the contract on a table's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import boto3
import pytest

from contract.items.outcomes import AcceptedItem
from contract.source import SourceContract
from contract.sources.tickets import CONTRACT, read
from tests.unit.tools.local.test_contract_sample import EQUIPMENT
from tools.contract import __main__ as command
from tools.contract.examples import example_faults
from tools.local.sample_shapes import wire
from tools.local.source_table import SourceTable
from tools.local.workspace import Workspace

EXAMPLES = CONTRACT.examples


@pytest.mark.parametrize(
    ("contract", "said"),
    [
        (CONTRACT, []),
        (EQUIPMENT, []),
        (
            replace(CONTRACT, examples={**EXAMPLES, "hours": ("one", 1)}),
            ["examples of 'hours': 'one' would be rejected: invalid_value: hours: ", "text of 3 characters"],
        ),
        (
            replace(CONTRACT, examples={**EXAMPLES, "staus": ("open",)}),
            ["examples names 'staus', which nothing reads; did you mean 'status'?"],
        ),
        (
            replace(EQUIPMENT, examples={"typ": ("gear", "loan")}),
            ["Of 40 items ", "most often so: unknown_value: type: expected gear or loan"],
        ),
        (
            replace(CONTRACT, examples={**EXAMPLES, "staus": ("open",), "tags.red": (1,)}),
            ["'staus'"],
        ),
    ],
)
def test_examples_that_nothing_reads_or_takes_are_faults(contract: SourceContract, said: list[str]) -> None:
    faults = list(example_faults(contract))
    assert len(faults) == bool(said), faults
    assert [part for part in said if part not in faults[0]] == []


def short(_: Mapping[str, Any]) -> AcceptedItem:
    return AcceptedItem("tickets", {"tickets": [("T-1",)]})


def long(item: Mapping[str, Any]) -> AcceptedItem:
    return AcceptedItem("tickets", {"tickets": [(*row, None) for row in read(item).rows["tickets"]]})


def failing(item: Mapping[str, Any]) -> AcceptedItem:
    message = f"what is {item}?"
    raise ValueError(message)


@pytest.mark.parametrize(
    ("reader", "said"),
    [
        (short, "its reader returns a row of another number of cells than its dataset has columns"),
        (long, "its reader returns a row of another number of cells than its dataset has columns"),
        (failing, "its reader fails: ValueError, line "),
    ],
)
def test_a_reader_that_fails_is_told_without_what_it_read(reader: Callable[..., Any], said: str) -> None:
    contract = replace(CONTRACT, item_reader=f"{__name__}:{reader.__name__}")
    (told,) = example_faults(contract)
    assert said in told
    assert "ticket_id" not in told


def ticket(number: int, **more: Any) -> dict[str, Any]:
    values = {
        "ticket_id": f"T-2026-01-{number:04}",
        "opened_at": "2026-01-30T10:00:00Z",
        "subject": "secret",
        "status": "open",
        "replies": [{"author": "desk", "text": "secret"}] * 2,
        **more,
    }
    return {name: wire(value) for name, value in values.items()}


ITEMS = [
    *(ticket(number) for number in range(5)),
    ticket(6, status="secret"),
    ticket(7, status="a secret"),
    ticket(8, refund="secret"),
    ticket(9, refund="another secret"),
]
TABLE = "help-desk"


@pytest.fixture
def check(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str]]:
    """The status with which ``check`` ends for a table of ITEMS, and what it says."""
    dynamodb = workspace.clients().dynamodb
    table = SourceTable(dynamodb, TABLE, CONTRACT.key_attributes)
    table.ensure()
    table.load(ITEMS)
    for name, value in workspace.variables().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)

    def run(*words: str, table: str = TABLE) -> tuple[int, str]:
        status = command.main(["check", "tickets", "--table", table, *words])
        said = capsys.readouterr()
        return status, said.out + said.err

    return run


def test_a_contract_is_tried_on_a_tables_items(check: Callable[..., tuple[int, str]]) -> None:
    status, said = check()
    assert status == 0
    assert "9 items of help-desk were read: 5 would be accepted, 4 rejected." in said
    assert [line.split() for line in said.splitlines() if line.endswith(" rows")] == [
        ["replies", "10", "rows"],
        ["tickets", "5", "rows"],
    ]
    reasons = [line.split(maxsplit=1) for line in said.partition("Rejected, ")[2].splitlines()[1:]]
    assert [(times, reason.split(":")[:2]) for times, reason in reasons] == [
        ("2", ["unknown_value", " status"]),
        ("2", ["invalid_value", " refund"]),
    ]
    assert "column refund, decimal(12,2)" in said
    assert "secret" not in said
    assert "3 items of help-desk were read" in check("--limit", "3")[1]


def test_a_table_that_cannot_be_read_by_the_contract_ends_with_1(
    check: Callable[..., tuple[int, str]], workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    status, said = check(table="nobodys")
    assert (status, "nobodys" in said or "not found" in said) == (1, True), said
    empty = SourceTable(workspace.clients().dynamodb, "empty", CONTRACT.key_attributes)
    empty.ensure()
    assert check(table="empty") == (1, check(table="empty")[1])
    assert "empty has no items: nothing was tried" in check(table="empty")[1]
    # What a demo would have is not asked for where there are real items.
    monkeypatch.setattr(command, "unchecked_contract", lambda _: replace(CONTRACT, examples={}))
    assert check()[0] == 0
    monkeypatch.setattr(command, "unchecked_contract", lambda _: replace(CONTRACT, key_attributes=("tiket_id",)))
    status, said = check()
    assert (status, "its keys are ticket_id; the contract's key_attributes are tiket_id" in said) == (1, True), said
