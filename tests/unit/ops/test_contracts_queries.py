"""Which named queries and views ``query`` knows: those of the contract that is deployed, whichever the default is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ops.app import made
from ops.exits import Exit
from tests.other_contract import contracts_below
from tests.unit.ops.command import ops_here


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment local for a help desk's contract with a view and a named query of its own; nothing answers."""
    package = tmp_path / "desk"
    package.mkdir()
    (package / "__init__.py").write_text(
        "from dataclasses import replace\n"
        "from contract.sources import tickets\n"
        "CONTRACT = replace(tickets.CONTRACT, name='desk', views='contract.sources.desk.views')\n"
    )
    (package / "views.py").write_text(
        "from contract.views import NamedQuery, View\n"
        "VIEWS = (View('open_tickets', 'It.', 'SELECT status FROM tickets', ()),)\n"
        "NAMED_QUERIES = (NamedQuery('by_queue', 'Tickets by queue.', 'SELECT 1 FROM tickets'),)\n"
    )
    with contracts_below(tmp_path):
        yield {"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "CAT_LOCAL_CONTRACT": "desk"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ("--name", "daily_activity"),
            "'daily_activity' is no named query here. Named queries are by_queue, changes_by_run",
        ),
        (("--name", "by_que"), "'by_que' is no named query here. Did you mean by_queue? Named queries are by_queue, "),
        (("SELECT * FROM open_tickets FOR VERSION AS OF 1",), "open_tickets is a view: "),
        # Nothing is wrong with them, but nothing answers.
        (("--name", "by_queue"), "nothing that answers as Athena does"),
        (("SELECT * FROM dashboard_usuarios FOR VERSION AS OF 1",), "nothing that answers as Athena does"),
    ],
)
def test_queries_and_views_are_those_of_the_contract_that_is_deployed(
    words: tuple[str, ...], said: str, desk: dict[str, str]
) -> None:
    done = ops_here("query", "--env", "local", *words, environment=desk)
    assert (done.returncode, done.stdout) == (Exit.USAGE, "")
    assert said in " ".join(done.stderr.split())


def test_named_queries_are_listed_and_completed_by_contract(
    desk: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = json.loads(ops_here("query", "--env", "local", "--json", environment=desk).stdout)
    assert listed["by_queue"] == "Tickets by queue."
    assert "daily_activity" not in listed

    def completed(typed: str) -> str:
        variables = {**desk, "_OPS_COMPLETE": "complete_bash", "COMP_WORDS": typed, "COMP_CWORD": "5"}
        return CliRunner().invoke(made(completion=True), (), prog_name="ops", env=variables).stdout

    assert completed("ops query --env local --name b").split() == ["by_queue"]
    assert completed("ops query --env local --name d").split() == []
    monkeypatch.setitem(desk, "CAT_LOCAL_CONTRACT", "no_such")
    assert completed("ops query --env local --name b").split() == []
