"""What every contract keeps to, and what is said to one that does not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

import pytest

from contract import sources
from contract.datasets import (
    IDENTIFIER,
    PERSONAL,
    REJECTED,
    TECHNICAL,
    Dataset,
    Partition,
    count,
    decimal,
    double,
    json,
    text,
)
from contract.source import ContractError, ItemKind, Relation, SourceContract
from contract.sources import contract_named, contract_names
from contract.sources.tickets import CONTRACT, REPLIES, TICKETS


def test_each_module_below_sources_is_a_contract() -> None:
    assert {"catia", "tickets"} <= set(contract_names())
    assert list(contract_names()) == sorted(contract_names())


@pytest.mark.parametrize("name", contract_names())
def test_the_contracts_are_whole(name: str) -> None:
    contract = contract_named(name)

    assert contract.name == name
    assert callable(resolve_name(contract.item_reader))
    assert set(contract.key_attributes) <= {
        source for dataset in contract.datasets for column in dataset.columns for source in column.source
    }


@pytest.mark.parametrize("name", contract_names())
def test_keys_and_orders_are_columns(name: str) -> None:
    for dataset in contract_named(name).tables:
        assert set(dataset.key) | set(dataset.sort_by) <= set(dataset.column_names)
        assert dataset.sort_by


def test_a_contract_that_is_not_there_is_refused() -> None:
    known = ", ".join(contract_names())
    with pytest.raises(
        ContractError, match=f"contract 'orders': no such module in contract/sources/; there are {known}"
    ):
        contract_named("orders")


def test_a_contract_that_is_misspelt_is_told_the_nearest() -> None:
    with pytest.raises(ContractError, match=r"there are .*; did you mean 'tickets'"):
        contract_named("ticket")


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("x = 1\nCONTRACT = SourceContract(", "SyntaxError: .*unloadable.py, line 2"),
        ("x = 1\ndict(**1)\n", r"contract/sources/unloadable.py, line 2: TypeError: .*"),
        ("from contract.datasets import txt\n", "contract/sources/unloadable.py, line 1: ImportError: .*'txt'"),
        ("x = 1\n", "AttributeError: .*'CONTRACT'"),
    ],
)
def test_what_cannot_be_loaded_is_told_with_its_place(
    written: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "unloadable.py").write_text(written)
    monkeypatch.setattr(sources, "__path__", [*sources.__path__, str(tmp_path)])
    monkeypatch.setattr(sources, "__file__", str(tmp_path / "__init__.py"))
    with pytest.raises(ContractError, match=f"contract 'unloadable' cannot be loaded: {said}"):
        contract_named("unloadable")


(HAS_TICKET,) = CONTRACT.relations
MISNAMED = replace(TICKETS, columns=(*TICKETS.columns, text(6, "when?", TECHNICAL, "…")))
RETYPED = replace(TICKETS, columns=(count(1, "ticket_id", TECHNICAL, "…"), *TICKETS.columns[1:]))
SUBJECT_ID = next(column.field_id for column in TICKETS.columns if column.name == "subject")


def with_tickets(**changes: Any) -> dict[str, Any]:
    """The contract's tickets changed, and nothing that belongs to them."""
    changed = replace(TICKETS, **changes)
    return {"datasets": (REPLIES, REJECTED, changed), "kinds": (ItemKind("tickets", changed),), "relations": ()}


OTHER = Dataset(
    "Other",
    "…",
    (text(1, "id", TECHNICAL, "…", nullable=False), count(2, "rows", TECHNICAL, "…")),
    key=("id",),
    sort_by=("id",),
)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"key_attributes": ()}, r"key_attributes are \(\): name the partition key"),
        ({"key_attributes": ("a", "b", "c")}, "name the partition key, and the sort key if any"),
        (
            {"number_keys": ("ticket_ids",)},
            "number_keys names 'ticket_ids', which is none of key_attributes; did you mean 'ticket_id'",
        ),
        ({"number_keys": ("ticket_id",), "aliases": {"id": "T-"}}, "a prefix, and it is one of number_keys"),
        (
            with_tickets(columns=(*TICKETS.columns, text(99, "customer_id", IDENTIFIER, "…")))
            | {"aliases": {"customerid": ""}},
            "aliases names 'customerid', which is none of the identifiers; did you mean 'customer_id'",
        ),
        (
            with_tickets(columns=(*TICKETS.columns, text(99, "city", PERSONAL, "…", "ship..city"))),
            "'tickets': 'city' comes from 'ship..city', a path with an empty name",
        ),
        (
            with_tickets(columns=(*TICKETS.columns, text(99, "city", PERSONAL, "…", "ship.cities[]."))),
            "'tickets': 'city' comes from 'ship.cities.*[.]', a path with an empty name",
        ),
        ({"kinds": (ItemKind("tickets"), ItemKind("tickets"))}, "kind 'tickets' is there 2 times"),
        ({"kinds": (ItemKind("rejected"),)}, "kind 'rejected': a run summary uses that name itself"),
        ({"kinds": (ItemKind("t-1"),)}, "kind 't-1': write lower-case letters, digits and underscores"),
        ({"kinds": (ItemKind("other", OTHER),)}, "kind 'other' has dataset 'Other', which is none of datasets"),
        ({"datasets": (REJECTED, TICKETS, OTHER)}, "dataset 'Other': write lower-case letters"),
        ({"datasets": (REPLIES, REPLIES, REJECTED, TICKETS)}, "dataset 'replies' is there 2 times"),
        ({"datasets": (REPLIES, TICKETS)}, "datasets lack REJECTED"),
        ({"datasets": (REPLIES, TICKETS, REJECTED)}, "REJECTED cannot: put the main dataset last"),
        ({"relations": (Relation("r", OTHER, TICKETS, ("ticket_id",)),)}, "relation 'r': 'Other' is none of datasets"),
        ({"relations": (Relation("r", REPLIES, TICKETS, ("id",)),)}, "'replies' has no column id"),
        (
            {"relations": (Relation("r", REPLIES, TICKETS, ("ticket_id",), counted_in="subject"),)},
            "counted_in 'subject' is no count of the parent's",
        ),
        ({"datasets": (REPLIES, REJECTED, MISNAMED)}, r"column of 'tickets' 'when\?': write lower-case letters"),
        (
            {"datasets": (REPLIES, REJECTED, RETYPED), "relations": (Relation("r", REPLIES, RETYPED, ("ticket_id",)),)},
            "relation 'r': 'ticket_id' is of different types in child and parent",
        ),
        (
            {"kinds": (ItemKind("tickets", TICKETS), ItemKind("drills", TICKETS))},
            "2 kinds have dataset 'tickets': one row for each item can be counted for one kind only",
        ),
        (
            {"relations": (Relation("unique_key", REPLIES, TICKETS, ("ticket_id",)),)},
            "2 checks of 'replies' are called 'unique_key'",
        ),
        (
            {"relations": (HAS_TICKET, replace(HAS_TICKET, name="other"))},
            "2 checks of 'tickets' are called 'reply_count'",
        ),
        (
            with_tickets(columns=(*TICKETS.columns, text(SUBJECT_ID, "more", TECHNICAL, "…"))),
            f"'tickets': field id {SUBJECT_ID} is there 2 times: give each column one of its own",
        ),
        (
            with_tickets(columns=(*TICKETS.columns, text(98, "a", IDENTIFIER, "…"), text(99, "b", IDENTIFIER, "…"))),
            "'tickets' has the identifiers a, b: a row belongs to one person, so leave one",
        ),
        (
            with_tickets(columns=(*TICKETS.columns, count(99, "number", IDENTIFIER, "…"))),
            "'tickets': the identifier 'number' is no text: only a text can become a pseudonym",
        ),
        (
            with_tickets(
                columns=(*TICKETS.columns, text(99, "who", PERSONAL, "…", nullable=False)), sort_by=("ticket_id", "who")
            ),
            "'tickets': 'who' is personal, but rows are known or sorted by it",
        ),
        (
            with_tickets(
                columns=(*TICKETS.columns, text(99, "who", IDENTIFIER, "…", nullable=False)),
                partition=Partition("who", 1),
            ),
            "'tickets' is divided by its identifier, and pseudonyms divide otherwise",
        ),
        (
            with_tickets(columns=(*TICKETS.columns, text(0, "more", TECHNICAL, "…"))),
            "field id 0: field ids begin with 1",
        ),
        (with_tickets(columns=(*TICKETS.columns, decimal(0, 0)(99, "n", TECHNICAL, "…"))), "0 digits: choose 1 to 38"),
        (
            with_tickets(columns=(*TICKETS.columns, decimal(39, 2)(99, "n", TECHNICAL, "…"))),
            "39 digits: choose 1 to 38",
        ),
        (
            with_tickets(columns=(*TICKETS.columns, decimal(4, 5)(99, "n", TECHNICAL, "…"))),
            r"'n': decimal\(4,5\) has 5 digits behind the point: choose 0 to 4",
        ),
        (
            with_tickets(columns=(*TICKETS.columns, json(99, "n", TECHNICAL, "…", nullable=False)), sort_by=("n",)),
            "'n' is json, and rows are known or sorted by it",
        ),
        (with_tickets(columns=(*TICKETS.columns, double(99, "n", TECHNICAL, "…")), key=("n",)), "'n' is double, and"),
        (with_tickets(columns=(*TICKETS.columns, json(99, "n", IDENTIFIER, "…"))), "the identifier 'n' is no text"),
        (with_tickets(sort_by=()), "'tickets' has no sort_by"),
        (with_tickets(sort_by=("missing",)), "names 'missing', which is none of its columns"),
        (with_tickets(key=("tiket_id",)), "names 'tiket_id', which is none of its columns; did you mean 'ticket_id'"),
        (with_tickets(partition=Partition("missing", 1)), "names 'missing', which is none of its columns"),
        (with_tickets(sort_by=("subject",)), "'subject' may be null, but files are divided or sorted by it"),
        (with_tickets(partition=Partition("subject", 1)), "'subject' may be null, but files are divided"),
        (with_tickets(partition=Partition("reply_count", 1)), "the partition's column 'reply_count' is no text"),
        (with_tickets(partition=Partition("ticket_id", 0)), "the partition's width is 0: it must be 1 or more"),
    ],
)
def test_a_contract_that_contradicts_itself_is_refused(changes: dict[str, Any], fault: str) -> None:
    faulty: SourceContract = replace(CONTRACT, **changes)

    with pytest.raises(ContractError, match=fault):
        faulty.check()


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("dt", "column of 'tickets' 'dt': so are the folders of days called"),
        ("a" * 256, "column of 'tickets' 'aaaaaaaaaaaaaaaaaaaa'… has 256 characters: Glue takes 255"),
        ("Subject", "column of 'tickets' 'Subject': write lower-case letters"),
        ("subject", "column of 'tickets' 'subject' is there 2 times"),
    ],
)
def test_names_that_glue_or_a_query_stumbles_over_are_refused(name: str, fault: str) -> None:
    with pytest.raises(ContractError, match=fault):
        replace(CONTRACT, **with_tickets(columns=(*TICKETS.columns, text(9, name, TECHNICAL, "…")))).check()


def test_a_name_of_255_characters_is_not_too_long() -> None:
    replace(CONTRACT, **with_tickets(columns=(*TICKETS.columns, text(99, "a" * 255, TECHNICAL, "…")))).check()


def test_a_dataset_with_every_fault_tells_them_all() -> None:
    columns = (text(1, "dt", TECHNICAL, "…"), text(1, "other", TECHNICAL, "…"), text(0, "B" * 300, TECHNICAL, "…"))
    broken = Dataset("table", "…", columns, key=("gone",), sort_by=("lost",), partition=Partition("missing", 0))
    with pytest.raises(ContractError) as caught:
        replace(CONTRACT, kinds=(), relations=(), datasets=(REJECTED, broken)).check()
    faults = ["'dt'", "300 characters", "lower-case", "field id 1 is there 2 times", "field id 0"]
    faults += ["'gone'", "'lost'", "'missing'", "width is 0"]
    assert [fault for fault in faults if fault not in str(caught.value)] == []


def test_all_faults_are_told_together() -> None:
    faulty = replace(CONTRACT, key_attributes=(), datasets=(REPLIES, TICKETS))

    told = (
        r"contract 'tickets' has 2 faults:\n  - key_attributes .*name the partition key.*\n  - datasets lack REJECTED"
    )
    with pytest.raises(ContractError, match=told):
        faulty.check()
