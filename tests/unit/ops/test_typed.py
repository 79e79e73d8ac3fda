"""Under make, what query says is what make takes: its variables, and no option that it lacks."""

from __future__ import annotations

import io

import pytest
from rich.console import Console
from typer.testing import CliRunner

from ops import typed
from ops.app import made
from ops.exits import Exit
from ops.queries import Column
from ops.show import queries as shown
from tests.unit.tools.test_makefile import TEXT

VIEW = "SELECT * FROM dashboard_usuarios FOR VERSION AS OF 1"


@pytest.mark.parametrize(
    ("words", "by_make", "by_ops"),
    [
        (("SELECT 1", "--format", "parquet"), "OUTPUT=FILE.parquet", "--output FILE.parquet"),
        (("SELECT 1", "--output", "a.xlsx"), "or give FORMAT.", "or give --format."),
        (("SELECT 1", "--name", "freshness"), "SQL, NAME and FILE each", "SQL, --name and --file each"),
        (("DROP TABLE a",), "make query only reads.", "add --write."),
        ((VIEW,), "make query NAME=snapshots_by_day", "python -m ops query --env prod --name snapshots_by_day"),
        (
            (VIEW, "--workgroup", "wg-cat-prod-analytics"),
            "make query NAME=snapshots_by_day",
            "python -m ops query --env prod --workgroup wg-cat-prod-analytics --name snapshots_by_day",
        ),
    ],
)
def test_remedies_are_in_the_words_of_who_asked(words: tuple[str, ...], by_make: str, by_ops: str) -> None:
    for asked, said in (("make query", by_make), ("", by_ops)):
        done = CliRunner().invoke(
            made(completion=False), ("query", "--env", "prod", *words), env={typed.VARIABLE: asked}
        )
        assert done.exit_code == Exit.USAGE
        assert said in done.stderr
        assert ("--" in done.stderr) is ("--" in said)


def test_what_is_left_out_is_had_by_variables_of_make(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(typed.VARIABLE, "make query")
    file = io.StringIO()
    shown.show((Column("a", "bigint"),), [("1",)], Console(file=file, width=100), more=True)
    assert "More: ROWS=N; all: OUTPUT=FILE.csv," in file.getvalue()


def test_make_says_that_it_was_asked() -> None:
    assert f"query: export {typed.VARIABLE} := make query$(if $(CONTRACT), CONTRACT=$(CONTRACT))" in TEXT
    assert all(f"$({name})" in TEXT for name in ("ROWS", "OUTPUT", "FORMAT", "NAME", "FILE"))
