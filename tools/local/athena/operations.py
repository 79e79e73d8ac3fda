"""The operations that this server answers itself: each takes a request's document and returns the answer's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from tools.local.athena.executions import FAILED, QUEUED, RUNNING, SUCCEEDED, Execution, Executions
from tools.local.athena.results import Cells
from tools.local.athena.workgroups import InvalidRequestError, rules_of

if TYPE_CHECKING:
    from mypy_boto3_athena import AthenaClient
    from mypy_boto3_s3 import S3Client

Document = dict[str, Any]

_PRIMARY: Final = "primary"
#: Athena's own limits: https://docs.aws.amazon.com/athena/latest/APIReference/API_GetQueryResults.html and so on.
_MOST_ROWS: Final = 1000
_MOST_EXECUTIONS: Final = 50
_LONGEST_QUERY: Final = 262_144


@dataclass
class Operations:
    """What is asked of whom: queries of ``executions``, workgroups of the emulator's Athena, results of its S3."""

    executions: Executions
    athena: AthenaClient
    s3: S3Client
    _by_token: dict[str, Execution] = field(default_factory=dict)

    def known(self) -> Mapping[str, Callable[[Document], Document]]:
        """Return the operations by Athena's names of them."""
        return {
            "StartQueryExecution": self.start,
            "StopQueryExecution": self.stop,
            "GetQueryExecution": self.get,
            "BatchGetQueryExecution": self.get_several,
            "ListQueryExecutions": self.list,
            "GetQueryResults": self.results,
        }

    def start(self, asked: Document) -> Document:
        """Begin a query; the same token means the same query."""
        sql, workgroup, token = (
            asked.get("QueryString", ""),
            asked.get("WorkGroup", _PRIMARY),
            asked.get("ClientRequestToken"),
        )
        if not 0 < len(sql.encode()) <= _LONGEST_QUERY:
            message = f"QueryString has {len(sql.encode())} bytes; it must have 1 to {_LONGEST_QUERY}"
            raise InvalidRequestError(message)
        if token in self._by_token:
            return {"QueryExecutionId": self._same(token, sql).id}
        execution = Execution(
            sql=sql,
            parameters=asked.get("ExecutionParameters", ()),
            context=asked.get("QueryExecutionContext", {}),
            workgroup=workgroup,
            rules=rules_of(self.athena, workgroup, asked.get("ResultConfiguration", {})),
        )
        if token:
            self._by_token[token] = execution
        self.executions.start(execution)
        return {"QueryExecutionId": execution.id}

    def _same(self, token: str, sql: str) -> Execution:
        before = self._by_token[token]
        if before.sql != sql:
            message = "Idempotent parameters do not match"
            raise InvalidRequestError(message)
        return before

    def stop(self, asked: Document) -> Document:
        """Have a query end; one that has ended stays as it is."""
        self._found(asked).is_to_stop = True
        return {}

    def get(self, asked: Document) -> Document:
        """Return how far a query is."""
        return {"QueryExecution": self._found(asked).document()}

    def get_several(self, asked: Document) -> Document:
        """Return how far several queries are, and which of them are not known."""
        ids = asked.get("QueryExecutionIds", [])
        found = {each: self.executions.find(each) for each in ids}
        unknown = [
            {
                "QueryExecutionId": each,
                "ErrorCode": "INVALID_INPUT",
                "ErrorMessage": f"QueryExecution {each} was not found",
            }
            for each, execution in found.items()
            if execution is None
        ]
        known = [execution.document() for execution in found.values() if execution]
        return {"QueryExecutions": known, "UnprocessedQueryExecutionIds": unknown}

    def list(self, asked: Document) -> Document:
        """Return a page of a workgroup's queries, the newest first."""
        most = _within(asked.get("MaxResults", _MOST_EXECUTIONS), _MOST_EXECUTIONS)
        ids = [each.id for each in self.executions.of(asked.get("WorkGroup", _PRIMARY))]
        token = asked.get("NextToken")
        if token and token not in ids:
            message = "NextToken is none of this list's"
            raise InvalidRequestError(message)
        first = ids.index(token) if token else 0
        more = {"NextToken": ids[first + most]} if len(ids) > first + most else {}
        return {"QueryExecutionIds": ids[first : first + most], **more}

    def results(self, asked: Document) -> Document:
        """Return a page of a query's rows; the first row of a SELECT has the columns' names."""
        execution = self._found(asked)
        if execution.state != SUCCEEDED:
            raise InvalidRequestError(_not_there(execution))
        most = _within(asked.get("MaxResults", _MOST_ROWS), _MOST_ROWS)
        rows: list[Cells] = []
        token = None
        if execution.updated_rows is None:
            try:
                rows, token = execution.result.page(self.s3, asked.get("NextToken"), most)
            except ValueError as error:
                message = f"NextToken is none of this query's: {error}"
                raise InvalidRequestError(message) from error
        data = [{"Data": [{} if cell is None else {"VarCharValue": cell} for cell in row]} for row in rows]
        return {
            "ResultSet": {
                "Rows": data,
                "ResultSetMetadata": {"ColumnInfo": [column.info() for column in execution.columns]},
            },
            "UpdateCount": execution.updated_rows or 0,
            **({"NextToken": token} if token else {}),
        }

    def _found(self, asked: Document) -> Execution:
        execution_id = asked.get("QueryExecutionId", "")
        execution = self.executions.find(execution_id)
        if execution is None:
            message = f"QueryExecution {execution_id} was not found"
            raise InvalidRequestError(message)
        return execution


def _within(wanted: int, most: int) -> int:
    if not 1 <= wanted <= most:
        message = f"MaxResults is {wanted}; it must be 1 to {most}"
        raise InvalidRequestError(message)
    return wanted


def _not_there(execution: Execution) -> str:
    if execution.state in {QUEUED, RUNNING}:
        return f"Query has not yet finished. Current state: {execution.state}"
    ended = "failed" if execution.state == FAILED else "was cancelled"
    return f"Query did not finish successfully, it {ended}. Final query state: {execution.state}"
