"""A query's answer on screens of different widths, and what a command line means by its words."""

from __future__ import annotations

import io
import json
import sys
from dataclasses import replace
from pathlib import Path

import boto3
import pytest
from rich.console import Console

from contract.serving import named_queries_of
from contract.sources.catia import CONTRACT
from envs.prod import PROD
from envs.schema import FULL, OPERATORS
from ops import exports, queries
from ops.exits import OpsError
from ops.platform import Platform
from ops.queries import Column, Row
from ops.refusals import remedy_of
from ops.show import queries as shown
from ops.show.screen import output
from tests.other_contract import MORE_SOURCES, contracts_below

NAMED = named_queries_of(CONTRACT)
LONG = "una respuesta larga " * 30
DASHBOARD = tuple(Column(f"columna_numero_{place}", "varchar") for place in range(16))
FEW = (Column("user_id", "varchar"), Column("count", "bigint"), Column("text", "varchar"))
FEW_ROWS: list[Row] = [("u1", "7", ""), ("u2", "1234", None), ("u3", None, LONG)]


def printed(columns: tuple[Column, ...], rows: list[Row], width: int, form: str = "") -> list[str]:
    file = io.StringIO()
    shown.show(columns, rows, Console(file=file, width=width), more=False, form=form)
    return file.getvalue().splitlines()


@pytest.mark.parametrize(("width", "is_table"), [(80, False), (140, False), (360, True)])
def test_what_is_too_wide_for_a_table_is_shown_record_by_record(width: int, is_table: bool) -> None:
    lines = printed(DASHBOARD, [tuple("x" * 20 for _ in DASHBOARD)] * 2, width)
    assert (lines[0].split() == [column.name for column in DASHBOARD]) is is_table
    assert (lines[0] == "-- 1 of 2") is not is_table
    assert max(map(len, lines)) <= width


INSTANT, ID = "2026-11-27 05:00:00.000000", "CONVERSATION#2026-01-05T15:00:00Z"


@pytest.mark.parametrize(("texts", "width", "is_table"), [(1, 80, True), (2, 80, False), (2, 140, True)])
def test_instants_ids_and_numbers_never_fold(texts: int, width: int, is_table: bool) -> None:
    columns = (Column("id", "varchar"), Column("at", "timestamp(6)"), *[Column("some_text", "varchar")] * texts)
    lines = printed(columns, [(ID, INSTANT, *[LONG] * texts)], width)
    assert (lines[0].split()[:2] == ["id", "at"]) is is_table
    assert sum(ID in line for line in lines) == sum(INSTANT in line for line in lines) == 1
    assert max(map(len, lines)) <= width


def test_a_table_that_was_asked_for_is_folded_and_never_cut() -> None:
    lines = printed((Column("id", "varchar"), Column("at", "timestamp(6)")), [(ID, INSTANT)], 40, shown.TABLE)
    assert sorted("".join(lines[1:]).replace(" ", "")) == sorted(f"{ID}{INSTANT}".replace(" ", ""))


@pytest.mark.parametrize("width", [80, 140])
def test_a_table_has_numbers_to_the_right_nulls_apart_and_long_texts_marked(width: int) -> None:
    header, first, second, *rest = (line.rstrip() for line in printed(FEW, FEW_ROWS, width))
    end = header.index("count") + len("count")
    assert (first[:end].split(), first[end:]) == (["u1", "7"], "")
    assert second[:end].endswith("1234")
    assert second[end:].split() == ["NULL"]
    assert rest[-1].endswith("…")


@pytest.mark.parametrize("form", [shown.TABLE, shown.RECORDS])
def test_no_text_looks_like_a_null(form: str) -> None:
    cells = [None, "NULL", "'NULL'", " NULL", "null", "NULL and void"]
    lines = [printed((Column("a", "varchar"),), [(cell,)], 80, form)[-1].rstrip() for cell in cells]
    told = [line.removeprefix("a  ") for line in lines]
    assert told == ["NULL", "'NULL'", "''NULL''", "' NULL'", "null", "NULL and void"]


def test_records_cut_nothing() -> None:
    lines = printed(FEW, FEW_ROWS, 80, shown.RECORDS)
    assert lines[0] == "-- 1 of 3"
    assert " ".join(" ".join(lines).split()).endswith(f"text {LONG.strip()}")


#: Wide, joined and combining characters, and what is longer written out than it is wide.
ODD = (
    'user: "dónde 😕 ✅ 👩🏽\u200d💻 e\u0301 🇨🇴" separadores \u2028 y \u2029 \x00 \u202e |\n1. Elija ✅ la 😕 opción | '
)


@pytest.mark.parametrize("width", range(40, 61))
def test_records_hold_every_word_however_wide_its_characters(
    width: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    value = ODD * 3
    words = value.translate({ord(char): char.encode("unicode_escape").decode() for char in "\u2028\u2029\x00\u202e"})
    shown.show((Column("text", "varchar"),), [(value,)], output(), more=False, form=shown.RECORDS)
    _, *lines = capsys.readouterr().out.splitlines()
    assert " ".join(" ".join(lines).split()[1:]) == " ".join(words.split())


def test_an_answer_without_rows_says_so() -> None:
    for form in (shown.TABLE, shown.RECORDS):
        assert printed(FEW, [], 80, form)[-1] == "(no rows)"


@pytest.mark.parametrize(
    ("words", "sql"),
    [
        (("SELECT '$x', \"a\", 5 % 2", "", ""), "SELECT '$x', \"a\", 5 % 2"),
        (("failed_checks", "", ""), "data_quality"),
        (("", "failed_checks", ""), "data_quality"),
        (("", "", "FILE"), "SELECT '¿$qué?' % 1"),
        (("", "", "-"), "SELECT 'from a pipe'"),
        (("", "", "BOM"), "SELECT 'marked'"),
    ],
)
def test_what_a_command_line_asks(
    words: tuple[str, str, str], sql: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "FILE").write_text("SELECT '¿$qué?' % 1\n", encoding="utf-8")
    (tmp_path / "BOM").write_text("SELECT 'marked'", encoding="utf-8-sig")
    monkeypatch.setattr(sys, "stdin", io.StringIO("\ufeffSELECT 'from a pipe'"))
    text, name, file = words
    asked = queries.statement_of(text, name, str(tmp_path / file) if file.isalpha() else file, NAMED)
    assert asked is not None
    assert sql in asked
    assert "\ufeff" not in asked


def test_nothing_asked_is_no_statement() -> None:
    assert queries.statement_of("", "", "", NAMED) is None


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "q.sql").write_bytes(b"SELECT '\xff'")
    with pytest.raises(OpsError, match="cannot be read"):
        queries.statement_of("", "", str(tmp_path / "q.sql"), NAMED)


@pytest.mark.parametrize(
    ("refusal", "remedies"),
    [
        (
            "TABLE_NOT_FOUND: line 1:20: Table 'awsdatacatalog.cat_prod_analytics_db.conversation' does not exist",
            ("cat_prod_analytics_db are messages, ", ", dashboard_usuarios; did you mean 'conversations'?"),
        ),
        (
            "TABLE_NOT_FOUND: line 1:15: Table 'awsdatacatalog.cat_prod_pseudonymous_db.runs' does not exist",
            ("It is in cat_prod_analytics_db.", "of cat_prod_pseudonymous_db are messages, feedback, conversations, "),
        ),
        (
            "TABLE_NOT_FOUND: line 1:15: Table 'd.messages' does not exist",
            ("d is no database ", "cat_prod_analytics_db"),
        ),
        (
            # What Athena says of a column.
            "COLUMN_NOT_FOUND: line 1:8: Column 'c.user_idd' cannot be resolved or requester is not authorized",
            ("did you mean 'user_id'?",),
        ),
        ("COLUMN_NOT_FOUND: line 1:8: Column 'gerencia' cannot be resolved", ("python -m ops schema --env prod",)),
        (
            "COLUMN_NOT_FOUND: line 1:40: Column 'gerencia financiera' cannot be resolved",
            ("text takes single ones: 'Gerencia Financiera'",),
        ),
        ("COLUMN_NOT_FOUND: line 1:8: Column 'xyzzy' cannot be resolved", ("DESCRIBE lists a table's columns.",)),
        ("INVALID_ARGUMENTS: Iceberg snapshot ID does not exists: 123", ("--env prod --name snapshots_by_day",)),
        ('INVALID_ARGUMENTS: No version history table "d".c at or before 2026-01-30', ("--name snapshots_by_day",)),
        (
            "NOT_SUPPORTED: Unsupported type for table version: integer",
            ("with their ids: python -m ops query --env prod",),
        ),
        ("Bytes scanned limit was exceeded", ("Filter by time or key",)),
        ("TYPE_MISMATCH: line 1:39: Cannot apply operator: varchar = date", ("TIMESTAMP '2026-",)),
        ("SYNTAX_ERROR: line 1:8", ("Correct the SQL",)),
        (
            (
                "INVALID_VIEW: line 1:15: Failed analyzing stored view 'awsdatacatalog.cat_prod_analytics_db."
                "feedback_in_context': line 1:8: Function 'average' not registered"
            ),
            ("view feedback_in_context is at fault, not this SQL", "sql/views/feedback_in_context.sql"),
        ),
        (
            (
                "VIEW_IS_STALE: line 1:15: View 'awsdatacatalog.cat_prod_analytics_db.dashboard_usuarios' is stale: "
                "column [a] of type double cannot be coerced to column [a] of type bigint"
            ),
            ("view dashboard_usuarios is at fault", "contract/sources/catia/views.py"),
        ),
        (
            (
                "INVALID_VIEW: Failed analyzing stored view 'awsdatacatalog.d.sombodys': line 1:15: Table "
                "'awsdatacatalog.d.gone' does not exist"
            ),
            ("view sombodys is at fault", "whoever made it"),
        ),
    ],
)
def test_a_refused_query_is_told_its_own_remedy(refusal: str, remedies: tuple[str, ...]) -> None:
    platform = Platform(PROD, boto3.Session(region_name=PROD.provider.region))
    told = remedy_of(refusal, 'SELECT 1 FROM conversations WHERE gerencia = "Gerencia Financiera"', platform)
    assert [remedy for remedy in remedies if remedy not in told] == [], told


def test_a_column_that_is_a_word_of_sql_is_told_to_be_quoted() -> None:
    with contracts_below(MORE_SOURCES):
        platform = Platform(replace(PROD, contract_name="parcels"), boto3.Session())
        for word, remedy in (("order", 'write the column in double quotes, "order".'), ("group", "Correct the SQL")):
            refusal = f"line 1:8: mismatched input '{word}'. Expecting: '*', 'ALL', 'DISTINCT', <expression>"
            assert remedy in remedy_of(refusal, f"SELECT {word} FROM parcels", platform)


def test_a_workgroup_is_one_of_the_environments() -> None:
    assert queries.group_of("", PROD) == OPERATORS
    assert queries.group_of("wg-cat-prod-analytics", PROD) == FULL
    with pytest.raises(OpsError, match="no workgroup of prod") as caught:
        queries.group_of("wg-cat-prod-analytic", PROD)
    assert "did you mean 'wg-cat-prod-analytics'?" in caught.value.remedy


def test_json_has_numbers_where_json_has_them() -> None:
    columns = (
        Column("text", "varchar"),
        Column("count", "bigint"),
        Column("share", "double"),
        Column("exact", "decimal"),
        Column("yes", "boolean"),
    )
    rows: list[Row] = [("=1+1\n", "9007199254740993", "1.0E7", "0.10", "true"), ("", None, "NaN", None, "false")]
    file = io.StringIO()
    assert exports.write_json(file, columns, rows) == 2
    assert json.loads(file.getvalue()) == [
        {"text": "=1+1\n", "count": 9007199254740993, "share": 1e7, "exact": "0.10", "yes": True},
        {"text": "", "count": None, "share": "NaN", "exact": None, "yes": False},
    ]
    file = io.StringIO()
    assert exports.write_json(file, columns, []) == 0
    assert json.loads(file.getvalue()) == []
