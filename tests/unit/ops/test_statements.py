"""Which statements ``query`` runs unasked: those that a parser says only read."""

from __future__ import annotations

import logging

import pytest
from typer.testing import CliRunner

from contract.serving import named_queries_of
from contract.sources.catia import CONTRACT
from envs.selection import ENVIRONMENTS
from ops.app import made
from ops.exits import Exit, OpsError
from ops.statements import check_asks_no_view_for_the_past, check_only_reads, without_end

READS = (
    "SELECT 1",
    "  select 1 -- DROP TABLE messages",
    "SELECT 'DROP TABLE a; DELETE FROM b' AS drop_table;",
    "SELECT 1 AS a;\n-- fin",
    "WITH a AS (SELECT 1 AS x) SELECT x FROM a",
    "(SELECT 1) UNION ALL (SELECT 2)",
    "SELECT 1 EXCEPT SELECT 2 INTERSECT SELECT 3",
    "VALUES (1, 'a')",
    "TABLE messages",
    "SELECT * FROM messages FOR VERSION AS OF 5931215123712423842",
    "SELECT * FROM messages FOR TIMESTAMP AS OF TIMESTAMP '2026-01-31 00:00:00 UTC'",
    'SELECT * FROM "messages$snapshots" LIMIT 3',
    "SELECT count(*) FILTER (WHERE sender = 'user'), approx_percentile(position, 0.5) FROM messages",
    "SELECT a.k, t.n FROM x AS a CROSS JOIN UNNEST(a.m) AS t (n)",
    "SHOW TABLES",
    "SHOW CREATE TABLE messages",
    "show columns in messages",
    "DESCRIBE messages",
    "DESC messages",
    "EXPLAIN SELECT 1",
    "EXPLAIN (TYPE VALIDATE) SELECT 1",
    "EXPLAIN ANALYZE SELECT 1",
    "EXPLAIN ANALYZE VERBOSE (FORMAT JSON) WITH a AS (SELECT 1) SELECT * FROM a",
)
WRITES = (
    "DROP TABLE messages",
    "/* SELECT */ DROP TABLE messages",
    "-- SELECT 1\nDROP TABLE messages",
    "UNLOAD (SELECT * FROM messages) TO 's3://elsewhere/' WITH (format = 'PARQUET')",
    "unload(select 1) to 's3://elsewhere/' with (format = 'ORC')",
    "CREATE TABLE a AS SELECT 1 AS x",
    "CREATE OR REPLACE VIEW a AS SELECT 1 AS x",
    "CREATE DATABASE a",
    "INSERT INTO a SELECT 1",
    "INSERT INTO a VALUES (1)",
    "DELETE FROM messages",
    "UPDATE messages SET text = ''",
    "MERGE INTO a USING b ON a.x = b.x WHEN MATCHED THEN DELETE",
    "OPTIMIZE messages REWRITE DATA USING BIN_PACK",
    "VACUUM messages",
    "ALTER TABLE messages ADD COLUMNS (x int)",
    "MSCK REPAIR TABLE messages",
    "TRUNCATE TABLE messages",
    "COMMENT ON TABLE a IS 'x'",
    "GRANT SELECT ON a TO b",
    "SET x = 1",
    "CALL system.rollback()",
    "PREPARE q FROM DELETE FROM messages",
    "EXECUTE q",
    "DEALLOCATE PREPARE q",
    "EXPLAIN ANALYZE DELETE FROM messages",
    "EXPLAIN ANALYZE (FORMAT JSON) INSERT INTO a SELECT 1",
    "EXPLAIN UNLOAD (SELECT 1) TO 's3://elsewhere/'",
    "EXPLAIN EXPLAIN ANALYZE DROP TABLE a",
    "SELECT 1; DROP TABLE messages",
    "SHOW TABLES; DROP TABLE messages",
    "WITH x AS (DELETE FROM a RETURNING *) SELECT * FROM x",
    "SELECT * INTO x FROM a",
    "USING EXTERNAL FUNCTION f(a varchar) RETURNS varchar LAMBDA 'any-function' SELECT f('a')",
    "SELECT * FROM TABLE(system.query(query => 'DROP TABLE a'))",
)
UNKNOWN = ("-- nothing", ";", "EXPLAIN", "DROP TABLE", "UPDATE messages SET")
#: With what is said of it.
UNREADABLE = (
    ("SELECT count(* FROM conversations", "line 1, column 16, at 'FROM', where ) should be."),
    ("SELECT a\nFROM b WHERE x = = 1", "line 2, column 18, at '='."),
    ("EXPLAIN ANALYZE (FORMAT JSON)\nSELECT count(* FROM a", "line 2, column 16, at 'FROM'"),
    ("SELECT FROM WHERE", "line 1, column 13, at 'WHERE'."),
    ("-- a\n SELEC 1", "line 2, column 2, at 'SELEC'. No statement begins with SELEC; did you mean 'SELECT'?"),
    ("selec everything", "line 1, column 1, at 'selec'."),
    ("SELECT 'open", 'line 1, column 8, at "\'". What it opens'),
    ("SELECT 'a',\n  \"open", "line 2, column 3, at '\"'. What it opens"),
    ("SELECT 'dónde\n estás", "line 1, column 8, at"),
    ("(" * 5000 + "1", "so it was not run. Correct it."),
    ("SELECT /* open", "so it was not run. Correct it."),
)


@pytest.mark.parametrize("sql", READS)
def test_what_only_reads_is_run_unasked(sql: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        check_only_reads(without_end(sql))
    assert caplog.text == "", "the parser's own remarks are not for operators"


@pytest.mark.parametrize("sql", [*WRITES, *UNKNOWN], ids=lambda sql: sql[:40])
def test_all_else_is_refused_with_the_remedy(sql: str) -> None:
    with pytest.raises(OpsError) as caught:
        check_only_reads(sql)
    assert caught.value.code is Exit.USAGE
    assert "--write" in caught.value.remedy


@pytest.mark.parametrize(("sql", "said"), UNREADABLE, ids=lambda text: text[:40])
def test_what_does_not_parse_is_told_where_and_not_to_be_written(sql: str, said: str) -> None:
    with pytest.raises(OpsError) as caught:
        check_only_reads(sql)
    assert caught.value.code is Exit.USAGE
    assert said in str(caught.value)
    assert "--write" not in str(caught.value)


def test_a_comment_at_the_end_is_no_second_statement() -> None:
    asked = ("query", "--env", "local", "SELECT 1 AS a;\n-- fin")
    done = CliRunner().invoke(made(completion=False), asked, env={"AWS_ENDPOINT_URL": "http://127.0.0.1:9"})
    assert "names nothing that answers as Athena does" in done.stderr, "all checks before that are passed"


@pytest.mark.parametrize(
    ("sql", "asked"),
    [
        ("SELECT 'ñ;' AS a; ;\n-- fin;\n", "SELECT 'ñ;' AS a"),
        ("-- a\nSHOW TABLES; /* b */", "-- a\nSHOW TABLES"),
        ("SELECT 1 -- a", "SELECT 1 -- a"),
        ("SELECT 'open;", "SELECT 'open;"),
        ("-- nothing", "-- nothing"),
    ],
)
def test_athena_gets_no_semicolon_and_no_comment_behind_it(sql: str, asked: str) -> None:
    assert without_end(sql) == asked


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM dashboard_usuarios FOR VERSION AS OF 5931215123712423842",
        'WITH a AS (SELECT 1 AS x) SELECT * FROM a JOIN "Dashboard_Usuarios" FOR TIMESTAMP AS OF localtimestamp',
        "CREATE TABLE a AS SELECT * FROM cat_test_analytics_db.dashboard_usuarios FOR VERSION AS OF 1",
    ],
)
def test_no_view_is_asked_for_the_past(sql: str) -> None:
    with pytest.raises(OpsError, match="dashboard_usuarios is a view") as caught:
        check_asks_no_view_for_the_past(sql, CONTRACT, "python -m ops query --env test --name snapshots_by_day")
    assert "reads, messages, feedback, conversations, each" in caught.value.remedy
    assert "ops query --env test --name snapshots_by_day" in caught.value.remedy


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM messages FOR VERSION AS OF 1 AS dashboard_usuarios",
        "SELECT * FROM messages FOR VERSION AS OF 1 JOIN dashboard_usuarios ON usuario_id = user_id",
        "SELECT (",
    ],
)
def test_tables_are_asked_for_the_past(sql: str) -> None:
    check_asks_no_view_for_the_past(sql, CONTRACT, "")


def test_named_queries_only_read() -> None:
    for environment in ENVIRONMENTS.values():
        for query in named_queries_of(environment.contract):
            check_only_reads(query.sql)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("DROP TABLE messages",), Exit.USAGE, "--write"),
        (("DROP TABLE messages", "--yes"), Exit.USAGE, "--write"),
        (
            ("SELECT * FROM dashboard_usuarios FOR VERSION AS OF 1",),
            Exit.USAGE,
            "ops query --env test --name snapshots_by_day",
        ),
        (("DROP TABLE messages", "--write"), Exit.NOT_CONFIRMED, "DROP TABLE messages"),
    ],
)
def test_the_command_asks_before_anything_is_written(words: tuple[str, ...], code: Exit, said: str) -> None:
    done = CliRunner().invoke(made(completion=False), ("query", "--env", "test", *words))
    assert done.exit_code == code, done.output
    assert said in done.stderr
