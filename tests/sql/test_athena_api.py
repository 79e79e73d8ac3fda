"""Athena's API on Trino, asked by clients as they are: boto3 and PyAthena."""

from __future__ import annotations

import base64
import random
from typing import Final

import pyathena
import pytest
from botocore.exceptions import ClientError

from contract.sources.catia import FEEDBACK
from tests.sql.athena import RESULTS, WORKGROUP, Api
from tests.sql.lake import BUCKET
from tests.sql.samples import NASTY_TEXTS, at, row
from tools.local.aws_environment import REGION

#: Runs until somebody stops it.
ENDLESS: Final = "SELECT count(*) FROM " + ", ".join(f"UNNEST(sequence(1, 10000)) AS t{n}(x{n})" for n in range(4))

#: A value in SQL, Athena's name of its type, and what GetQueryResults gives for it.
VALUES: Final[tuple[tuple[str, str, str | None], ...]] = (
    ("CAST(NULL AS varchar)", "varchar", None),
    ("''", "varchar", ""),
    ("'a \"b\", ''c''\nd'", "varchar", "a \"b\", 'c'\nd"),
    ("BIGINT '-9223372036854775808'", "bigint", "-9223372036854775808"),
    ("12", "integer", "12"),
    ("1.5e0", "double", "1.5"),
    ("1e7", "double", "1.0E7"),
    ("12345678.9e0", "double", "1.23456789E7"),
    ("0.0001e0", "double", "1.0E-4"),
    ("nan()", "double", "NaN"),
    ("-infinity()", "double", "-Infinity"),
    ("REAL '0.5'", "float", "0.5"),
    ("DECIMAL '12345678901234567890.10'", "decimal", "12345678901234567890.10"),
    ("true", "boolean", "true"),
    ("DATE '2026-01-31'", "date", "2026-01-31"),
    ("TIMESTAMP '2026-01-31 23:59:59.123456'", "timestamp", "2026-01-31 23:59:59.123456"),
    ("TIMESTAMP '2026-01-31 23:59:59.123 UTC'", "timestamp with time zone", "2026-01-31 23:59:59.123 UTC"),
    ("X'00ff41'", "varbinary", "00 ff 41"),
    ("ARRAY['a', NULL]", "array", "[a, null]"),
    ("MAP(ARRAY['k'], ARRAY[1.5e0])", "map", "{k=1.5}"),
    ("CAST(ROW(1, NULL) AS ROW(a integer, b varchar))", "row", "{a=1, b=null}"),
    ("ROW('x')", "row", "{field0=x}"),
)


@pytest.fixture
def comments(api: Api) -> list[str | None]:
    """The lake holds feedback with these comments, in this order of ids."""
    texts = [*NASTY_TEXTS, *(f"comentario {number}" for number in range(20))]
    rows = [
        row(
            FEEDBACK,
            user_id="u",
            feedback_id=f"FEEDBACK#2026-03-01T00:{number:02}",
            created_at=at(0),
            feedback_type="like",
            comment=comment,
        )
        for number, comment in enumerate(texts)
    ]
    api.lake.fill({FEEDBACK.name: rows})
    return texts


def test_each_type_is_written_as_athena_writes_it(api: Api) -> None:
    query = api.start("SELECT " + ", ".join(f"{sql} AS c{place}" for place, (sql, _, _) in enumerate(VALUES)))
    assert api.ended(query)["Status"]["State"] == "SUCCEEDED"
    header, cells = api.rows(query)
    told = api.client.get_query_results(QueryExecutionId=query)["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]
    found = [(sql, column["Type"], cell) for (sql, _, _), column, cell in zip(VALUES, told, cells, strict=True)]
    assert found == list(VALUES)
    assert header == tuple(f"c{place}" for place in range(len(VALUES)))


def test_rows_come_in_pages_and_lie_in_the_workgroups_place(api: Api, comments: list[str | None]) -> None:
    asked = {"OutputLocation": f"s3://{BUCKET}/elsewhere/"}
    query = api.start("SELECT comment FROM feedback ORDER BY feedback_id", ResultConfiguration=asked)
    done = api.ended(query)
    assert api.rows(query) == [("comment",), *((comment,) for comment in comments)]
    # Enforced: the workgroup's, whatever the query asks for.
    assert done["ResultConfiguration"]["OutputLocation"] == f"{RESULTS}{query}.csv"
    stored = api.lake.clients.s3.get_object(Bucket=BUCKET, Key=f"athena/api/{query}.csv")
    assert stored["ServerSideEncryption"] == "AES256"
    first, *rest = stored["Body"].read().decode().split("\n", 2)
    assert (first, rest[0], rest[1].split("\n", 1)[0]) == ('"comment"', "", '""')
    assert done["Statistics"]["DataScannedInBytes"] > 0


def test_statements_that_are_no_select_have_no_header(api: Api) -> None:
    query = api.start("SHOW TABLES")
    assert api.ended(query)["StatementType"] == "UTILITY"
    assert ("feedback",) in api.rows(query)
    assert ("Table",) not in api.rows(query)


def test_parameters_are_values_and_not_sql(api: Api, comments: list[str | None]) -> None:
    query = api.start(
        "SELECT count(*) FROM feedback WHERE comment = ?", ExecutionParameters=["'''; DROP TABLE conversations; --'"]
    )
    api.ended(query)
    assert api.rows(query)[1] == (str(comments.count("'; DROP TABLE conversations; --")),)


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("SELECT nothing FROM feedback", "COLUMN_NOT_FOUND: line 1:8"),
        ("SELEC 1", "SYNTAX_ERROR: line 1:1"),
        ("SELECT 1 / 0", "DIVISION_BY_ZERO"),
    ],
)
def test_a_query_that_cannot_run_fails_with_the_engines_reason(api: Api, sql: str, reason: str) -> None:
    query = api.start(sql)
    status = api.ended(query)["Status"]
    assert (status["State"], status["AthenaError"]["ErrorCategory"]) == ("FAILED", 2)
    assert status["StateChangeReason"].startswith(reason)
    with pytest.raises(ClientError, match=r"Query did not finish successfully.*FAILED"):
        api.client.get_query_results(QueryExecutionId=query)


def test_a_query_is_stopped(api: Api) -> None:
    query = api.start(ENDLESS)
    with pytest.raises(ClientError, match="Query has not yet finished"):
        api.client.get_query_results(QueryExecutionId=query)
    api.client.stop_query_execution(QueryExecutionId=query)
    assert api.ended(query)["Status"]["State"] == "CANCELLED"
    listed = api.client.list_query_executions(WorkGroup=WORKGROUP)["QueryExecutionIds"]
    assert listed[0] == query


def test_a_query_that_scans_more_than_the_workgroup_allows_is_cancelled(api: Api) -> None:
    chance = random.Random(1)
    rows = [
        row(
            FEEDBACK,
            user_id="u",
            feedback_id=f"FEEDBACK#2026-03-{day:02}",
            created_at=at(0),
            feedback_type="like",
            # No compression takes much from it.
            comment=base64.b64encode(chance.randbytes(450_000)).decode(),
        )
        for day in range(1, 29)
    ]
    api.lake.fill({FEEDBACK.name: rows})
    narrow, wide = (
        api.start("SELECT count(user_id) FROM feedback"),
        api.start("SELECT sum(length(comment)) FROM feedback"),
    )
    assert api.ended(narrow)["Status"]["State"] == "SUCCEEDED"
    status = api.ended(wide)["Status"]
    assert (status["State"], status["StateChangeReason"]) == ("CANCELLED", "Bytes scanned limit was exceeded")


def test_a_token_asks_once(api: Api) -> None:
    token = "0123456789" * 4
    first, again = (api.start("SELECT 1", ClientRequestToken=token) for _ in range(2))
    assert first == again
    with pytest.raises(ClientError, match="Idempotent parameters do not match"):
        api.start("SELECT 2", ClientRequestToken=token)


@pytest.mark.parametrize(
    ("operation", "asked", "message"),
    [
        ("get_query_execution", {"QueryExecutionId": "none"}, "QueryExecution none was not found"),
        ("start_query_execution", {"QueryString": "SELECT 1", "WorkGroup": "absent"}, "absent"),
        ("start_query_execution", {"QueryString": "SELECT 1"}, "No output location provided"),
        ("start_query_execution", {"QueryString": "x" * 262_145}, "QueryString has 262145 bytes"),
        ("list_sessions", {"WorkGroup": WORKGROUP}, "ListSessions is not answered here"),
    ],
)
def test_what_it_cannot_do_is_refused_as_athena_refuses(
    api: Api, operation: str, asked: dict[str, str], message: str
) -> None:
    with pytest.raises(ClientError, match=message) as refused:
        getattr(api.client, operation)(**asked)
    assert refused.value.response["Error"]["Code"] == "InvalidRequestException"


def test_named_queries_are_the_emulators(api: Api) -> None:
    made = api.client.create_named_query(
        Name="q", Database=api.lake.database, QueryString="SELECT 1", WorkGroup=WORKGROUP
    )["NamedQueryId"]
    assert api.client.get_named_query(NamedQueryId=made)["NamedQuery"]["QueryString"] == "SELECT 1"


def test_pyathena_reads_rows_and_frames(api: Api, comments: list[str | None], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in api.variables().items():
        monkeypatch.setenv(name, value)
    with pyathena.connect(work_group=WORKGROUP, schema_name=api.lake.database, region_name=REGION) as connection:
        cursor = connection.cursor()
        cursor.execute(
            "SELECT comment, created_at FROM feedback WHERE user_id = %(user)s ORDER BY feedback_id", {"user": "u"}
        )
        found = cursor.fetchall()
    assert [comment for comment, _ in found] == comments
    assert {moment for _, moment in found} == {at(0).replace(tzinfo=None)}
