from __future__ import annotations

import io
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext

from contract.version import VERSION
from lambda_src import handler as module
from lambda_src import workers
from lambda_src.clients import Clients, default_clients
from lambda_src.exceptions import DeadlineExceededError, EventError, SettingsError, SourceError
from lambda_src.run_log import logger
from tests.unit.lambda_src.fakes import ENVIRONMENT, FakeDynamoDB, FakeS3, client_error, failing_at

ITEMS: list[dict[str, Any]] = [
    {"PK": {"S": "USER#1"}, "SK": {"S": "CONVERSATION#2026-01-30T10:00:00"}, "Conversation": {"L": [{"M": {}}]}},
    {"PK": {"S": "USER#1"}, "SK": {"S": "FEEDBACK#2026-01-30T10:00:00"}},
    {"PK": {"S": "USER#1"}, "SK": {"S": "REGISTER"}},
    {"PK": {"S": "USER#monitor"}, "SK": {"S": "REGISTER"}},
    {"PK": {"S": "USER#ana@example.com"}, "SK": {"S": "SECRET"}},
]


@dataclass
class FakeContext:
    """What the handler and its logger read of Lambda's context."""

    remaining: int = 300_000
    function_name: str = "cat-test-lambda-normalize"
    memory_limit_in_mb: int = 1024
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:000000000000:function:cat-test-lambda-normalize"
    aws_request_id: str = "request-1"

    def get_remaining_time_in_millis(self) -> int:
        return self.remaining


@dataclass
class Function:
    """The deployed function, on fakes."""

    dynamodb: FakeDynamoDB
    s3: FakeS3
    log: io.StringIO

    def invoke(self, event: Any = None, context: FakeContext | None = None) -> dict[str, Any]:
        return module.handler(event, cast("LambdaContext", context or FakeContext()))

    def logged(self) -> list[dict[str, Any]]:
        """Lines of the log since the last call."""
        lines = self.log.getvalue().splitlines()
        self.log.seek(0)
        self.log.truncate()
        return [json.loads(line) for line in lines]


@pytest.fixture
def function(monkeypatch: pytest.MonkeyPatch) -> Function:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    made = Function(FakeDynamoDB([[ITEMS[:2], ITEMS[2:]]]), FakeS3(), io.StringIO())
    clients = Clients(made.dynamodb.as_client(), made.s3.as_client())
    monkeypatch.setattr(module, "default_clients", lambda: clients)
    monkeypatch.setattr(workers, "default_clients", lambda: clients)
    monkeypatch.setattr(logger.registered_handler, "stream", made.log)
    return made


def test_a_run_answers_with_its_summary(function: Function) -> None:
    answer = function.invoke({"scheduled_time": "2026-01-31T04:30:00Z"})

    (published,) = (content for key, content in function.s3.objects.items() if key.endswith(".json"))
    assert answer == {**json.loads(published), "dry_run": False}
    assert answer["dt"] == "2026-01-30"
    assert answer["items"]["scanned"] == 5
    json.dumps(answer)


def test_a_run_without_an_event_stands_for_the_business_day_of_now(function: Function) -> None:
    before = datetime.now(UTC)
    answer = function.invoke()

    assert before <= datetime.fromisoformat(answer["started_at"]) <= datetime.fromisoformat(answer["finished_at"])


def test_logs_are_json_with_run_day_and_counts(function: Function) -> None:
    answer = function.invoke({"dt": "2026-01-30"})
    started, published = function.logged()

    assert (started["message"], published["message"]) == ("run started", "run published")
    assert (started["code_version"], published["summary"]["code_version"]) == (VERSION, VERSION)
    assert {line["run_id"] for line in (started, published)} == {answer["run_id"]}
    assert {line["dt"] for line in (started, published)} == {"2026-01-30"}
    assert published["summary"]["items"]["rejected"] == {"invalid_sk": 1}
    assert published["function_request_id"] == "request-1"


def test_logs_tell_nobodys_data(function: Function) -> None:
    function.invoke()

    assert "ana@example.com" not in function.log.getvalue()


def test_metrics_are_in_the_embedded_format(function: Function, capsys: pytest.CaptureFixture[str]) -> None:
    answer = function.invoke({"dt": "2026-01-30"})
    metrics = json.loads(capsys.readouterr().out)

    (definition,) = metrics["_aws"]["CloudWatchMetrics"]
    assert definition["Namespace"] == "CAT/Normalize"
    assert definition["Dimensions"] == [["environment"]]
    assert metrics["environment"] == "test"
    assert metrics["run_id"] == answer["run_id"]
    assert {metric["Name"]: (metrics[metric["Name"]], metric["Unit"]) for metric in definition["Metrics"]} == {
        "RunSucceeded": ([1.0], "Count"),
        "ItemsScanned": ([5.0], "Count"),
        "Conversations": ([1.0], "Count"),
        "Messages": ([1.0], "Count"),
        "Feedback": ([1.0], "Count"),
        "Registers": ([1.0], "Count"),
        "Excluded": ([1.0], "Count"),
        "Tombstoned": ([0.0], "Count"),
        "Rejected": ([1.0], "Count"),
        "ConsumedReadCapacity": ([1.0], "Count"),
        "ThrottledRequests": ([0.0], "Count"),
        "RetriedRequests": ([0.0], "Count"),
        "DurationSeconds": (metrics["DurationSeconds"], "Seconds"),
    }


def test_a_dry_run_writes_nothing_and_counts_as_no_success(
    function: Function, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = function.invoke({"dry_run": True})

    assert answer["dry_run"] is True
    assert answer["items"]["scanned"] == 5
    assert answer["reconciles"] is True
    assert function.s3.calls == []
    assert [line["message"] for line in function.logged()] == ["run started", "dry run ended"]
    assert capsys.readouterr().out == ""


def test_a_wrong_event_raises_before_anything_is_touched(function: Function) -> None:
    with pytest.raises(EventError, match="'dryrun' is no key of this event"):
        function.invoke({"dryrun": True})

    assert (function.s3.calls, function.dynamodb.requests) == ([], [])


def test_wrong_settings_raise(function: Function, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCAN_SEGMENTS", "0")

    with pytest.raises(SettingsError):
        function.invoke()


def test_a_failure_is_logged_with_its_run_and_raised(function: Function) -> None:
    function.dynamodb.errors[1] = client_error("AccessDeniedException", "Scan")

    with pytest.raises(SourceError):
        function.invoke({"dt": "2026-01-30"})

    started, failed = function.logged()
    assert (failed["level"], failed["message"], failed["exception_name"]) == ("ERROR", "run failed", "SourceError")
    assert failed["run_id"] == started["run_id"]
    assert f"This ended run {failed['run_id']} for dt=2026-01-30" in failed["exception"]
    assert (function.s3.objects, function.s3.uploads) == ({}, {})


def test_a_failed_cleanup_is_logged_in_the_same_form(function: Function) -> None:
    function.dynamodb.errors[1] = client_error("AccessDeniedException", "Scan")

    function.s3.before = failing_at(4, code="AccessDenied")
    with pytest.raises(SourceError):
        function.invoke()

    _, cleanup, failed = function.logged()
    assert (cleanup["level"], cleanup["message"]) == ("WARNING", "cleaning up failed")
    assert cleanup["run_id"] == failed["run_id"]
    assert "Cleaning up after this failure failed too" in failed["exception"]


def test_keys_of_one_invocation_do_not_show_in_the_next(function: Function) -> None:
    function.invoke({"dt": "2026-01-30"})
    function.logged()
    with pytest.raises(EventError):
        function.invoke({"dt": "?"})

    (failed,) = function.logged()
    assert not {"run_id", "dt"} & failed.keys()


def test_a_run_stops_before_lambda_does(function: Function) -> None:
    context = FakeContext()

    def take_long(_: object) -> None:
        context.remaining = 29_900

    function.s3.before = take_long

    with pytest.raises(DeadlineExceededError, match=r"^29\.9 s are left"):
        function.invoke(context=context)
    assert (function.s3.objects, function.s3.uploads) == ({}, {})


def test_clients_are_made_once_and_retry_adaptively(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    default_clients.cache_clear()

    clients = default_clients()

    assert default_clients() is clients
    for client in (clients.dynamodb, clients.s3):
        assert vars(client.meta.config)["_user_provided_options"]["retries"] == {
            "mode": "adaptive",
            "total_max_attempts": 10,
        }
    default_clients.cache_clear()
