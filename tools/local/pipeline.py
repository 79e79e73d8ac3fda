"""One day of the platform's life: ETL-1 by the deployed engine, its event, ETL-2 by the deployed engine."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from contract.datasets import RUNS
from contract.runs import RunSummary
from envs.naming import Names
from envs.schema import ARROW_ENGINE, GLUE_ENGINE, Environment
from glue_src.tables import TableState, read_table
from ops.invocations import document_in
from tools.local.arrivals import Arrival, Arrivals, listen
from tools.local.assumed_role import assumed_role
from tools.local.engines import Engines
from tools.local.errors import FunctionError, GlueJobError
from tools.local.followed import OnLine
from tools.local.function_log import FunctionLog, await_end, await_run
from tools.local.glue_runs import JobLog, told_to_glue
from tools.local.glue_stand_in import deployed_job, run_job
from tools.local.workspace import Workspace

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

EVENT_SECONDS = 30
"""EventBridge delivers at once here; so long only for a machine that has much else to do."""


@dataclass(frozen=True)
class Pipeline:
    """A workspace's deployed platform, ready to run."""

    workspace: Workspace
    arrivals: Arrivals
    engines: Engines

    @classmethod
    def of(cls, workspace: Workspace, engines: Engines) -> Pipeline:
        """Return the pipeline that is deployed to ``workspace`` with these engines, its event queue empty.

        A deployment that told of new columns has started ETL-2. Where that is a function, its end is waited for; the
        job is left to the run that follows, for it begins with the columns.
        """
        names, clients = workspace.environment.names, workspace.clients()
        by_arrow = engines.transform == ARROW_ENGINE
        target = f"function:{names.etl_function}" if by_arrow else f"workflow/{names.workflow}"
        arrivals = listen(clients.events, clients.sqs, names.arrival_rule, target)
        pipeline = cls(workspace, arrivals, engines)
        markers = [arrival for arrival in arrivals.drain() if arrival.is_schema_marker]
        if markers and by_arrow:
            pipeline.take_columns(markers[-1])
        return pipeline

    @property
    def environment(self) -> Environment:
        """What is deployed."""
        return self.workspace.environment

    @property
    def names(self) -> Names:
        """Its physical names."""
        return self.environment.names

    def normalize(self, event: dict[str, Any] | None = None, on_line: OnLine = lambda _: None) -> dict[str, Any]:
        """Run ETL-1 and return what it answers; ``on_line`` gets the lines of a job's output."""
        clients = self.workspace.clients()
        if self.engines.extract == GLUE_ENGINE:
            return run_normalize_job(self.workspace, self.names.normalize_job, event or {}, on_line)
        return invoke(clients.lambda_, self.names.normalize_function, event or {})

    def await_arrival(self) -> Arrival:
        """Return the arrival of the run's last object."""
        return self._await(marker=False)

    def await_columns(self, on_line: OnLine = lambda _: None) -> None:
        """Wait for the event by which a deployment tells of new columns, and have ETL-2 take them."""
        self.take_columns(self._await(marker=True), on_line)

    def take_columns(self, marker: Arrival, on_line: OnLine = lambda _: None) -> None:
        """See to it that ETL-2 has given the tables their new columns: without a new run it does no more."""
        if self.engines.transform == ARROW_ENGINE:
            await_end(self._function_log(), marker.at, f"the arrival of {marker.key}", self._function_seconds())
        else:
            run_transform_job(self.workspace, on_line)

    def curate(self, run: RunSummary, on_line: OnLine = lambda _: None) -> None:
        """See to it that ETL-2 takes a run: start the job, or wait for the function that the run's arrival started."""
        if self.engines.transform == ARROW_ENGINE:
            await_run(run, lambda: self.table(RUNS.name).run_id, self._function_log(), self._function_seconds())
        else:
            run_transform_job(self.workspace, on_line)

    def table(self, name: str) -> TableState:
        """Return what a curated table holds."""
        clients = self.workspace.clients()
        return read_table(clients.glue, clients.s3, self.names.database, name)

    def _await(self, *, marker: bool) -> Arrival:
        while True:
            found = [each for each in self.arrivals.wait(EVENT_SECONDS) if each.is_schema_marker is marker]
            if found:
                return found[-1]

    def _function_log(self) -> FunctionLog:
        return FunctionLog(self.workspace.clients().logs, self.names.etl_log_group)

    def _function_seconds(self) -> float:
        return self.environment.etl.transform.arrow.timeout


def run_transform_job(
    workspace: Workspace, on_line: OnLine = lambda _: None, asked: Mapping[str, str] | None = None
) -> None:
    """Run ETL-2's Spark job once, as its workflow would for what has arrived; ``asked`` are a single run's arguments.

    Raises:
        GlueJobError: there is none, or it failed.
    """
    clients, name = workspace.clients(), workspace.environment.names.glue_job
    try:
        job = deployed_job(clients.glue, name, asked)
    except clients.glue.exceptions.EntityNotFoundException as error:
        message = (
            f"There is no job {name}. Deploy it: make demo. With TRANSFORM=arrow arrivals start a function instead."
        )
        raise GlueJobError(message) from error
    with told_to_glue(clients.glue, job), assumed_role(workspace, job.role) as role:
        log = JobLog(clients.logs, workspace.environment.names.glue_job_logs, job)

        def tell(line: str) -> None:
            log.line(line)
            on_line(line)

        run_job(job, role.clients.s3, role.variables, workspace.job_log, tell)


def run_normalize_job(workspace: Workspace, name: str, event: Mapping[str, Any], on_line: OnLine) -> dict[str, Any]:
    """Run ETL-1's Spark job with an event's entries as arguments, and return the summary that it logs at its end.

    Raises:
        GlueJobError: the job failed, or ended without a summary.
    """
    clients = workspace.clients()
    summaries: list[dict[str, Any]] = []

    def read(line: str) -> None:
        summary = document_in(line).get("summary")
        if isinstance(summary, dict):
            summaries.append(summary)
        on_line(line)

    arguments = {f"--{key}": _argument(value) for key, value in event.items()}
    job = deployed_job(clients.glue, name, arguments)
    with assumed_role(workspace, job.role) as role:
        run_job(job, role.clients.s3, role.variables, workspace.normalize_log, read)
    if not summaries:
        message = f"The Glue job {name} ended well, but {workspace.normalize_log} holds no summary of its run."
        raise GlueJobError(message)
    return summaries[-1]


def _argument(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def invoke(client: LambdaClient, function: str, event: dict[str, Any]) -> dict[str, Any]:
    """Invoke a function and return its answer.

    Raises:
        FunctionError: the function raised or timed out.
    """
    answer = client.invoke(FunctionName=function, Payload=json.dumps(event).encode())
    payload = json.loads(answer["Payload"].read())
    if "FunctionError" in answer:
        said = json.dumps(payload, indent=2, ensure_ascii=False)
        message = f"{function} failed on the event {json.dumps(event)}:\n{said}"
        raise FunctionError(message)
    if not isinstance(payload, dict):
        message = f"{function} answered {payload!r}; it must answer with its run's summary."
        raise FunctionError(message)
    return payload
