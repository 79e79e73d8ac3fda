"""The function's entry point: what it is told, what it does when time runs out, and how it ends."""

from __future__ import annotations

import json
import logging
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from contract.settings import CRAWLER_VARIABLE, NEVER, NO_TABLES, TRANSFORM_VARIABLES, TransformArgument
from contract.sources.catia import CONTRACT
from glue_src import handler as entry
from glue_src.arguments import Arguments
from glue_src.arrow.engine import ArrowEngine
from glue_src.clients import Clients, default_clients
from glue_src.exceptions import ArgumentsError, CurationError, OutOfTimeError
from glue_src.night import Outcome

VALUES = {
    TransformArgument.BUCKET: "b",
    TransformArgument.CLEAN_PREFIX: "clean/",
    TransformArgument.CURATED_PREFIX: "curated/",
    TransformArgument.RESTRICTED_PREFIX: "restricted/",
    TransformArgument.DATABASE: "db",
    TransformArgument.ENVIRONMENT: "test",
    TransformArgument.MAX_REJECTED_RATIO: "0.05",
    TransformArgument.MAX_REMOVED_RATIO: "0.2",
    TransformArgument.HISTORY_DAYS: "30",
    TransformArgument.REJECTED_DAYS: "30",
    TransformArgument.METRICS_NAMESPACE: "n",
    TransformArgument.CONTRACT: "catia",
    TransformArgument.RESTRICTED_PREFIX: "restricted/",
    TransformArgument.REJECTED_DAYS: "30",
    TransformArgument.REBUILD: NO_TABLES,
    TransformArgument.PSEUDONYMOUS_DATABASE: NO_TABLES,
    TransformArgument.PSEUDONYM_KEY: NO_TABLES,
    TransformArgument.FORGET_BEFORE: NEVER,
}
DONE = {"recorded_run": "r", "rewritten_partitions": 3, "bytes_written": 4}


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
    runs: list[tuple[Arguments, ArrowEngine]] = field(default_factory=list)
    result: Outcome | Exception = field(default_factory=lambda: Outcome("r", 3, 4))

    def run(self, arguments: Arguments, engine: ArrowEngine, clients: Clients) -> Outcome:
        assert cast("Any", clients.glue) is self.glue
        self.runs.append((arguments, engine))
        if isinstance(self.result, Exception):
            raise self.result
        return self.result

    def __call__(self, event: object = None) -> dict[str, object]:
        return entry.handler(event, self.context)


@pytest.fixture
def function(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Function]:
    fake = Function()
    for argument, value in VALUES.items():
        monkeypatch.setenv(TRANSFORM_VARIABLES[argument], value)
    monkeypatch.setenv(CRAWLER_VARIABLE, "crawler")
    monkeypatch.setattr(entry, "run", fake.run)
    clients = Clients(*(cast("Any", each) for each in (None, fake.glue, None, None, None)))
    monkeypatch.setattr(entry, "default_clients", lambda: clients)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    logger = logging.getLogger("cat.etl2")
    level = logger.level
    yield fake
    logger.handlers, logger.propagate = [], True
    logger.setLevel(level)


def test_a_run_starts_the_crawler_when_it_is_done(function: Function) -> None:
    assert function() == DONE
    ((arguments, engine),) = function.runs
    assert (arguments.bucket, arguments.max_rejected_ratio, arguments.rebuild) == ("b", 0.05, frozenset())
    assert arguments.contract is CONTRACT
    assert (engine.bucket, engine.database) == ("b", "db")
    assert function.glue.started == ["crawler"]


def test_no_crawler_is_started_where_it_runs_on_demand(function: Function, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(CRAWLER_VARIABLE)
    assert function() == DONE
    assert function.glue.started == []


def test_a_run_with_nothing_to_do_starts_no_crawler(function: Function) -> None:
    function.result = Outcome()
    assert function() == {"recorded_run": None, "rewritten_partitions": 0, "bytes_written": 0}
    assert function.glue.started == []


@pytest.mark.parametrize("event", [None, {}, [], "x", {"detail": {"object": {"key": "clean/x"}}}])
def test_of_other_events_nothing_is_read(function: Function, event: object) -> None:
    assert function(event) == DONE
    assert function.runs[0][0].rebuild == frozenset()


def test_an_event_may_ask_for_a_rebuild(function: Function) -> None:
    function({"rebuild": "messages,feedback"})
    assert function.runs[0][0].rebuild == {"messages", "feedback"}


@pytest.mark.parametrize("rebuild", ["nonsense", True, ["messages"], None])
def test_a_rebuild_of_nothing_known_is_refused(function: Function, rebuild: object) -> None:
    with pytest.raises(ArgumentsError, match=r"rebuild|REBUILD"):
        function({"rebuild": rebuild})
    assert function.runs == []


def test_a_crawler_that_runs_already_is_no_error(function: Function, capsys: pytest.CaptureFixture[str]) -> None:
    function.glue.code = "CrawlerRunningException"
    assert function() == DONE
    assert json.loads(capsys.readouterr().out)["step"] == "crawler runs already"


def test_any_other_answer_of_the_crawler_is_an_error(function: Function) -> None:
    function.glue.code = "EntityNotFoundException"
    with pytest.raises(ClientError, match="EntityNotFound"):
        function()


def test_an_error_fails_the_function_and_starts_no_crawler(
    function: Function, capsys: pytest.CaptureFixture[str]
) -> None:
    function.result = CurationError("x")
    with pytest.raises(CurationError):
        function()
    assert function.glue.started == []
    (line,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert (line["level"], line["step"]) == ("ERROR", "run failed")


def test_a_missing_variable_ends_it_before_anything_is_done(
    function: Function, monkeypatch: pytest.MonkeyPatch
) -> None:
    variable = TRANSFORM_VARIABLES[TransformArgument.DATABASE]
    monkeypatch.delenv(variable)
    with pytest.raises(ArgumentsError, match=variable):
        function()
    assert function.runs == []


def test_writing_ends_while_there_is_time_to_say_so(function: Function) -> None:
    function()
    ((_, engine),) = function.runs
    function.context.seconds = 30
    engine.check_time()
    function.context.seconds = 29.9
    with pytest.raises(OutOfTimeError, match=r"last 30 s.*memory_size.*spark"):
        engine.check_time()


def test_what_a_killed_run_left_is_cleared_away(function: Function, tmp_path: Path) -> None:
    left = tmp_path / "etl2" / "tmpabc" / "x.parquet"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"x")
    function()
    ((_, engine),) = function.runs
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
    default_clients.cache_clear()
    try:
        clients = default_clients()
        assert default_clients() is clients
        assert {client.meta.config.read_timeout for client in vars(clients).values()} == {30}
        assert [client.meta.service_model.service_name for client in vars(clients).values()] == list(vars(clients))
    finally:
        default_clients.cache_clear()
