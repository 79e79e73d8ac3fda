"""What ``check`` says of a contract and of its SQL: each fault is told, and nothing that is right is called one."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from contract.column_history import history_faults, with_columns_of
from contract.serving import named_queries_of, views_of
from contract.source import SourceContract
from contract.sources import contract_named, contract_names
from contract.sources.tickets import CONTRACT, TICKETS
from contract.views import NamedQuery, View, ViewColumn, integer, text, view
from tests.more_sources import parcels
from tools.contract import __main__ as command
from tools.contract.queries import query_faults

RIGHT = "SELECT status, count(*) AS number FROM tickets GROUP BY 1"
STATUS, NUMBER = text("status", "It."), integer("number", "It.")


def by_status(sql: str, *columns: ViewColumn, **counts: str) -> View:
    return View("by_status", "Tickets by status.", sql, columns or (STATUS, NUMBER), counts)


def faults(*views: View) -> list[str]:
    return list(query_faults(CONTRACT, views, ()))


@pytest.mark.parametrize(
    "contract", [*map(contract_named, contract_names()), parcels.CONTRACT], ids=lambda contract: contract.name
)
def test_no_view_or_named_query_that_there_is_has_a_fault(contract: SourceContract) -> None:
    queries = named_queries_of(contract)
    assert queries
    assert list(query_faults(contract, views_of(contract), queries)) == []


@pytest.mark.parametrize(
    "sql",
    [
        RIGHT,
        'SELECT "Status", count(*) AS Number FROM Tickets GROUP BY 1 HAVING count(*) > 1 ORDER BY number',
        "SELECT u.tag AS status, n AS number FROM tickets CROSS JOIN UNNEST(ARRAY[tags]) WITH ORDINALITY AS u(tag, n)",
        "SELECT status, reduce(array_agg(refund), 0, (s, x) -> s + x, s -> s) AS number FROM tickets GROUP BY status",
        "SELECT status, (SELECT max(position) FROM replies r WHERE r.ticket_id = t.ticket_id) AS number FROM tickets t",
        "SELECT dataset AS status, rows_now AS number FROM runs",
        'SELECT operation AS status, snapshot_id AS number FROM "tickets$snapshots"',
        "SELECT 'a' AS status, n AS number FROM TABLE(sequence(1, 2)) AS t(n)",
    ],
)
def test_right_sql_has_no_fault(sql: str) -> None:
    assert faults(by_status(sql, tickets="sum(number)")) == []


@pytest.mark.parametrize(
    ("faulty", "said"),
    [
        (
            by_status(RIGHT.replace("GROUP BY", "GROUP")),
            "none of Athena's near 'AS number FROM tickets GROUP 1': correct",
        ),
        (by_status("SELECT 'status"), "none of Athena's: Error tokenizing"),
        (by_status(f"{RIGHT}; DROP TABLE tickets"), "its SQL is not one query: write one SELECT"),
        (by_status(RIGHT.replace("tickets", "tickts")), "it reads 'tickts', .*; did you mean 'tickets'?"),
        (by_status(RIGHT.replace("count(*)", "sum(refunds)")), "the column 'refunds', .*; did you mean 'refund'?"),
        (by_status(f"{RIGHT} HAVING max(prioritee) > 1"), "the column 'prioritee', .*; did you mean 'priority'?"),
        (
            by_status("SELECT t.stat AS status, 1 AS number FROM tickets AS t"),
            "the column 'stat', .*; did you mean 'sta",
        ),
        (by_status("SELECT ticket.status, 1 AS number FROM tickets"), "'ticket.status', .*; did you mean 'tickets'?"),
        (
            by_status("SELECT ticket_id AS status, 1 AS number FROM tickets JOIN replies ON true"),
            "not clear of which table the column 'ticket_id' is",
        ),
        (
            by_status("SELECT status, count(*) FROM tickets GROUP BY 1", STATUS),
            "gives a column without a name: write AS",
        ),
        (by_status(RIGHT, STATUS), "gives the column 'number', which is not declared"),
        (
            by_status(RIGHT, STATUS, NUMBER, text("stats", "It.")),
            "'stats' is declared, and its SQL gives none of that name; did you mean 'status'?",
        ),
        (by_status(RIGHT, NUMBER, STATUS), "gives status, number, in this order: declare number, status in the same"),
        (by_status(RIGHT, ticket="sum(number)"), "counts names 'ticket', .*; did you mean 'tickets'?"),
        (by_status(RIGHT, tickets="sum(numbr)"), "counts of 'tickets': .* 'numbr', .*; did you mean 'number'?"),
    ],
)
def test_a_fault_is_told_in_a_line_with_the_nearest_name(faulty: View, said: str) -> None:
    (told,) = faults(faulty)
    assert told.startswith("view 'by_status': ")
    assert [part for part in said.split(".*") if part not in told] == []


def test_a_view_reads_views_before_it_and_queries_read_all() -> None:
    first = by_status(RIGHT)
    second = replace(first, name="again", sql="SELECT status, number FROM by_status")
    assert faults(first, second) == []
    assert [fault.partition(", ")[0] for fault in faults(second, first)] == ["view 'again': it reads 'by_status'"]
    queries = [NamedQuery("right", "It.", "SELECT * FROM again"), NamedQuery("wrong", "It.", "SELECT * FROM agin")]
    (told,) = query_faults(CONTRACT, (first, second), queries)
    assert told.startswith("named query 'wrong': it reads 'agin'")


def test_check_tells_all_at_once(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(command, "views_of", lambda _: (by_status(RIGHT, STATUS, ticket="count(*)"),))
    assert command.main(["check", "tickets"]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    heading, *lines = told.err.splitlines()
    assert heading == "contract 'tickets' has 2 faults:"
    assert [line.startswith("  - view 'by_status': ") for line in lines] == [True, True]


def test_check_refuses_what_the_synth_refuses_and_says_it_in_the_same_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = with_columns_of(CONTRACT, {})
    columns = {**before["tickets"]["tickets"], "1": "number string", "6": "priority string"}
    history = {"tickets": {**before["tickets"], "tickets": columns}}
    monkeypatch.setattr(command, "read_history", lambda: history)
    monkeypatch.setattr(command, "views_of", lambda _: (by_status(RIGHT, STATUS),))
    assert command.main(["check", "tickets"]) == 1
    heading, *lines = capsys.readouterr().err.splitlines()
    expected = history_faults(CONTRACT, history)
    assert len(expected) == 2
    assert heading == "contract 'tickets' has 3 faults:"
    assert lines[:2] == [f"  - {fault}" for fault in expected]
    assert lines[2].startswith("  - view 'by_status': ")


def test_check_tells_what_does_not_fit_together_and_what_tables_could_not_take_at_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    status = TICKETS.column("status")
    columns = (*TICKETS.columns, replace(status, name="two words"), replace(status, name="a new one", field_id=99))
    datasets = tuple(replace(each, columns=columns) if each is TICKETS else each for each in CONTRACT.datasets)
    monkeypatch.setattr(command, "unchecked_contract", lambda _: replace(CONTRACT, datasets=datasets))
    assert command.main(["check", "tickets"]) == 1
    told = capsys.readouterr().err
    for fault in ("'two words': write lower-case", "field id 4 is there 2 times", "field id 4, which was 'status': "):
        assert fault in told


def test_a_view_without_a_file_is_told_with_the_nearest_and_counts_need_not_be(tmp_path: Path) -> None:
    (tmp_path / "by_status.sql").write_text(f"-- By status.\n{RIGHT}\n", encoding="utf-8")
    assert view(tmp_path, "by_status", STATUS, NUMBER).counts == {}
    with pytest.raises(
        ValueError, match=r"view 'by_state' has no file: write its SQL into .*; did you mean 'by_status.sql'"
    ):
        view(tmp_path, "by_state", STATUS, NUMBER)
    with pytest.raises(ValueError, match="view 'by_status' has no file"):
        view(tmp_path / "views", "by_status", STATUS, NUMBER)


def test_a_contract_is_checked(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["check", "tickets"]) == 0
    assert "The contract 'tickets' is whole." in capsys.readouterr().out
    assert command.main(["check", "ticket"]) == 1
    assert "no such module" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"item_reader": "contract.sources.tickets:nothing"}, "AttributeError: .*'nothing'"),
        ({"item_date": "contract.sources.tickets:nothing"}, "AttributeError: .*'nothing'"),
        ({"item_reader": "no module"}, "ValueError: .*'no module'"),
        ({"views": "contract.sources.tickets"}, "AttributeError: .*'VIEWS'"),
        ({"views": "contract.sources.tickets.views"}, "ModuleNotFoundError: .*contract.sources.tickets.views"),
    ],
)
def test_what_a_contract_names_and_cannot_be_loaded_is_told(
    change: dict[str, Any], said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    contract = replace(contract_named("tickets"), **change)
    monkeypatch.setattr(command, "unchecked_contract", lambda _: contract)
    assert command.main(["check", "tickets"]) == 1
    assert re.fullmatch(f"contract 'tickets' cannot be loaded: {said}.*\n", capsys.readouterr().err)
