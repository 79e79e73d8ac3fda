"""The function's entry point: what it is told, what it does when time runs out, and how it ends."""

from __future__ import annotations

import json
import logging
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest
from botocore.exceptions import ClientError

from glue_src import handler as entry
from glue_src.arrow_engine import ArrowEngine
from glue_src.exceptions import ArgumentsError, FailedDaysError, OutOfTimeError
from glue_src.run import Clients
from modules.contract.settings import CRAWLER_VARIABLE, TRANSFORM_VARIABLES, TransformArgument
from sources.catia import CONTRACT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from glue_src.arguments import Arguments

VALUES = {
    TransformArgument.BUCKET: "b",
    TransformArgument.CLEAN_PREFIX: "clean/",
    TransformArgument.CURATED_PREFIX: "curated/",
    TransformArgument.DATABASE: "db",
    TransformArgument.ENVIRONMENT: "test",
    TransformArgument.MOST_REJECTED_SHARE: "0.05",
    TransformArgument.METRICS_NAMESPACE: "n",
    TransformArgument.CONTRACT: "catia",
}


@dataclass
class Glue:
    """Starts crawlers, or answers with an error of this code."""

    code: str | None = None
    started: list[str] = field(default_factory=list)

    def start_crawler(self, **parameters: str) -> None:
        if self.code is not None:
            raise ClientError({"Error": {"Code": self.code, "Message": "no"}}, "StartCrawler")
        self.started.append(parameters["Name"])


@dataclass
class Context:
    seconds: float = 900.0

    def get_remaining_time_in_millis(self) -> int:
        return int(self.seconds * 1000)


@dataclass
class Function:
    """The function with everything around it faked."""

    glue: Glue = field(default_factory=Glue)
    context: Context = field(default_factory=Context)
    runs: list[tuple[Arguments, ArrowEngine, Callable[[], None]]] = field(default_factory=list)
    result: int | Exception = 2

    def run(self, arguments: Arguments, engine: ArrowEngine, clients: Clients, check_time: Callable[[], None]) -> int:
        assert cast("Any", clients.glue) is self.glue
        self.runs.append((arguments, engine, check_time))
        if isinstance(self.result, Exception):
            raise self.result
        return self.result

    def __call__(self, event: object = None) -> dict[str, int]:
        return entry.handler(event, self.context)


@pytest.fixture
def function(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Function]:
    fake = Function()
    for argument, value in VALUES.items():
        monkeypatch.setenv(TRANSFORM_VARIABLES[argument], value)
    monkeypatch.setenv(CRAWLER_VARIABLE, "crawler")
    monkeypatch.setattr(entry, "run", fake.run)
    monkeypatch.setattr(
        entry, "_clients", lambda: Clients(cast("Any", None), cast("Any", fake.glue), cast("Any", None))
    )
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    logger = logging.getLogger("cat.etl2")
    level = logger.level
    yield fake
    logger.handlers, logger.propagate = [], True
    logger.setLevel(level)


def test_a_run_starts_the_crawler_when_it_is_done(function: Function) -> None:
    assert function() == {"curated_days": 2}
    ((arguments, engine, _),) = function.runs
    assert (arguments.bucket, arguments.most_rejected_share) == ("b", 0.05)
    assert arguments.contract is CONTRACT
    assert engine.bucket.name == "b"
    assert function.glue.started == ["crawler"]


@pytest.mark.parametrize("event", [None, {}, [], "x", {"detail": {"object": {"key": "clean/x"}}}])
def test_no_event_is_read(function: Function, event: object) -> None:
    assert function(event) == {"curated_days": 2}


def test_a_crawler_that_runs_already_is_no_error(function: Function, capsys: pytest.CaptureFixture[str]) -> None:
    function.glue.code = "CrawlerRunningException"
    assert function() == {"curated_days": 2}
    assert json.loads(capsys.readouterr().out)["step"] == "crawler runs already"


def test_any_other_answer_of_the_crawler_is_an_error(function: Function) -> None:
    function.glue.code = "EntityNotFoundException"
    with pytest.raises(ClientError, match="EntityNotFound"):
        function()


def test_failed_days_fail_the_function_and_start_no_crawler(
    function: Function, capsys: pytest.CaptureFixture[str]
) -> None:
    function.result = FailedDaysError({})
    with pytest.raises(FailedDaysError):
        function()
    assert function.glue.started == []
    (line,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert (line["level"], line["step"]) == ("ERROR", "run failed")


@pytest.mark.parametrize("variable", [CRAWLER_VARIABLE, TRANSFORM_VARIABLES[TransformArgument.DATABASE]])
def test_a_missing_variable_ends_it_before_anything_is_done(
    function: Function, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.delenv(variable)
    with pytest.raises(ArgumentsError, match=variable):
        function()
    assert function.runs == []


@pytest.mark.parametrize(
    ("limit", "kept"),
    [(900, 180), (300, 60), (150, 30), (100, 30), (60, 30), (40, 20), (10, 5)],
)
def test_a_day_begins_only_while_there_is_time(function: Function, limit: float, kept: float) -> None:
    function.context.seconds = limit
    function()
    ((_, _, check_time),) = function.runs
    function.context.seconds = kept
    check_time()
    function.context.seconds = kept - 0.01
    with pytest.raises(OutOfTimeError, match=rf"less than {kept} s.*memory_size.*spark"):
        check_time()


def test_what_a_killed_run_left_is_cleared_away(function: Function, tmp_path: Path) -> None:
    left = tmp_path / "etl2" / "tmpabc" / "messages-0.arrow"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"x")
    function()
    ((_, engine, _),) = function.runs
    assert engine.scratch == tmp_path / "etl2"
    assert list(engine.scratch.iterdir()) == []


def test_lines_are_written_once_where_lambda_has_a_handler_of_its_own(
    function: Function, capsys: pytest.CaptureFixture[str]
) -> None:
    lambdas = logging.StreamHandler()
    logging.getLogger().addHandler(lambdas)
    try:
        function()
        function()
    finally:
        logging.getLogger().removeHandler(lambdas)
    captured = capsys.readouterr()
    assert [json.loads(line)["step"] for line in captured.out.splitlines()] == ["crawler started"] * 2
    assert captured.err == ""


def test_clients_are_made_once_and_give_up_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    entry._clients.cache_clear()
    try:
        clients = entry._clients()
        assert entry._clients() is clients
        for client, service in ((clients.s3, "s3"), (clients.glue, "glue"), (clients.cloudwatch, "monitoring")):
            assert client.meta.service_model.endpoint_prefix == service
            config: Any = client.meta.config
            assert config.read_timeout == 30
    finally:
        entry._clients.cache_clear()
