"""Queries as Athena runs them: queued, run on Trino, stopped or ended, their results in the bucket."""

from __future__ import annotations

import re
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from requests.exceptions import RequestException
from trino.client import ClientSession, TrinoQuery, TrinoRequest
from trino.exceptions import Error as TrinoClientError
from trino.exceptions import TrinoQueryError

from tools.local.athena.cells import Column
from tools.local.athena.results import Cells, Result
from tools.local.athena.workgroups import Rules
from tools.local.trino.client import CATALOG, USER

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

QUEUED, RUNNING, SUCCEEDED, FAILED, CANCELLED = "QUEUED", "RUNNING", "SUCCEEDED", "FAILED", "CANCELLED"
#: How many run at once; Athena queues what is beyond an account's quota.
_AT_ONCE: Final = 5
_UTILITY: Final = re.compile(r"\s*(SHOW|DESCRIBE|DESC|EXPLAIN)\b", re.IGNORECASE)
_DDL: Final = re.compile(r"\s*(CREATE|DROP|ALTER|MSCK|COMMENT|TRUNCATE|REFRESH)\b", re.IGNORECASE)
#: Whose fault Athena says that a failure is: its own, or the query's.
_SYSTEM, _USER_FAULT = 1, 2


class _StoppedError(Exception):
    """The query is to end, for this reason."""


@dataclass
class Execution:
    """One query: what was asked, and how far it is. Instants are seconds of the epoch."""

    sql: str
    parameters: Sequence[str]
    context: dict[str, str]
    workgroup: str
    rules: Rules
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    submitted_at: float = field(default_factory=time.time)
    state: str = QUEUED
    reason: str = ""
    fault: int = 0
    started_at: float = 0.0
    completed_at: float = 0.0
    scanned_bytes: int = 0
    columns: tuple[Column, ...] = ()
    updated_rows: int | None = None
    is_to_stop: bool = False

    @property
    def statement_type(self) -> str:
        """Athena's word for the kind of statement."""
        if _UTILITY.match(self.sql):
            return "UTILITY"
        return "DDL" if _DDL.match(self.sql) else "DML"

    @property
    def result(self) -> Result:
        """Where the rows are, or will be."""
        is_csv = self.statement_type == "DML"
        return Result(f"{self.rules.location}{self.id}.{'csv' if is_csv else 'txt'}", is_csv, self.rules.encryption)

    def statement(self) -> str:
        """Return what Trino is asked: the SQL, with its parameters, if it has any, as literals of SQL."""
        sql = self.sql.strip().rstrip(";")
        if not self.parameters:
            return sql
        return f"EXECUTE IMMEDIATE '{sql.replace(chr(39), chr(39) * 2)}' USING {', '.join(self.parameters)}"

    def document(self) -> dict[str, Any]:
        """Return what GetQueryExecution says of it."""
        ended, status = self.completed_at or time.time(), {"State": self.state, "SubmissionDateTime": self.submitted_at}
        if self.reason:
            status["StateChangeReason"] = self.reason
        if self.completed_at:
            status["CompletionDateTime"] = self.completed_at
        if self.fault:
            status["AthenaError"] = {"ErrorCategory": self.fault, "Retryable": False, "ErrorMessage": self.reason}
        began = self.started_at or ended
        asked = {"ExecutionParameters": list(self.parameters)} if self.parameters else {}
        return {
            "QueryExecutionId": self.id,
            "Query": self.sql,
            "StatementType": self.statement_type,
            "WorkGroup": self.workgroup,
            "QueryExecutionContext": self.context,
            "ResultConfiguration": {"OutputLocation": self.result.uri, **self.rules.told_encryption},
            "ResultReuseConfiguration": {"ResultReuseByAgeConfiguration": {"Enabled": False}},
            "EngineVersion": self.rules.engine,
            "Status": status,
            "Statistics": {
                "EngineExecutionTimeInMillis": round((ended - began) * 1000),
                "DataScannedInBytes": self.scanned_bytes,
                "TotalExecutionTimeInMillis": round((ended - self.submitted_at) * 1000),
                "QueryQueueTimeInMillis": round((began - self.submitted_at) * 1000),
                "ResultReuseInformation": {"ReusedPreviousResult": False},
            },
            **asked,
        }


class Executions:
    """All queries of this server, the newest last."""

    def __init__(self, trino_host: str, trino_port: int, s3: S3Client) -> None:
        self._trino = trino_host, trino_port
        self._s3 = s3
        self._all: dict[str, Execution] = {}
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="query")
        self._lock = threading.Lock()

    def start(self, execution: Execution) -> None:
        """Have a query run when its turn comes."""
        with self._lock:
            self._all[execution.id] = execution
        self._pool.submit(self._run, execution)

    def find(self, execution_id: str) -> Execution | None:
        """Return the query of that id, or None."""
        return self._all.get(execution_id)

    def of(self, workgroup: str) -> list[Execution]:
        """Return a workgroup's queries, the newest first."""
        with self._lock:
            return [each for each in reversed(self._all.values()) if each.workgroup == workgroup]

    def _run(self, execution: Execution) -> None:
        """Run a query to its end; whatever ends it is told in its state."""
        execution.started_at, execution.state = time.time(), RUNNING
        state = FAILED
        try:
            self._ask(execution)
            state = SUCCEEDED
        except _StoppedError as stopped:
            state, execution.reason = CANCELLED, str(stopped)
        except TrinoQueryError as error:
            execution.reason, execution.fault = f"{error.error_name}: {error.message}", _USER_FAULT
        except (TrinoClientError, RequestException) as error:
            execution.reason, execution.fault = f"GENERIC_INTERNAL_ERROR: Trino does not answer: {error}", _SYSTEM
        except Exception as error:  # noqa: BLE001 - whoever asks for the query's state gets it
            execution.reason, execution.fault = f"GENERIC_INTERNAL_ERROR: {error}", _SYSTEM
        # Last, for whoever waits looks at it first.
        execution.completed_at = time.time()
        execution.state = state

    def _ask(self, execution: Execution) -> None:
        def check(statistics: dict[str, Any]) -> None:
            execution.scanned_bytes = int(statistics.get("physicalInputBytes", 0))
            if execution.is_to_stop:
                message = "Query cancelled by user"
                raise _StoppedError(message)
            if execution.rules.cutoff and execution.scanned_bytes > execution.rules.cutoff:
                message = "Bytes scanned limit was exceeded"
                raise _StoppedError(message)

        check({})
        session = ClientSession(
            user=USER, catalog=CATALOG, schema=execution.context.get("Database"), timezone="UTC", source="athena"
        )
        host, port = self._trino
        query = TrinoQuery(
            TrinoRequest(host, port, session), execution.statement(), legacy_primitive_types=True, stats_callback=check
        )
        try:
            answer = query.execute()
            execution.columns = tuple(Column(each["name"], each["typeSignature"]) for each in query.columns or ())
            if query.update_type is None:
                names = [column.name for column in execution.columns]
                execution.result.write(self._s3, names, _cells(execution.columns, answer))
            else:
                execution.columns, execution.updated_rows = (), query.update_count
        except _StoppedError:
            query.cancel()
            raise


def _cells(columns: Sequence[Column], rows: Any) -> Iterator[Cells]:
    for row in rows:
        yield [column.text(value) for column, value in zip(columns, row, strict=True)]
