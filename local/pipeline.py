"""One day of the platform's life: ETL-1 through the Lambda API, its event, ETL-2 through the stand-in."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local.arrivals import Arrival, Arrivals, listen
from local.errors import FunctionError
from local.glue_stand_in import OnLine, deployed_job, run_job
from local.workspace import ENVIRONMENT, Workspace
from modules.naming import Names

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

EVENT_SECONDS = 30
"""EventBridge delivers at once here; so long only for a machine that has much else to do."""


@dataclass(frozen=True)
class Pipeline:
    """The deployed local platform, ready to run."""

    workspace: Workspace
    names: Names
    arrivals: Arrivals

    @classmethod
    def of(cls, workspace: Workspace) -> Pipeline:
        """Return the pipeline that is deployed to ``workspace``, with nothing in its event queue."""
        names, clients = Names(ENVIRONMENT), workspace.clients()
        arrivals = listen(clients.events, clients.sqs, names.arrival_rule, names.workflow)
        arrivals.drain()
        return cls(workspace, names, arrivals)

    def normalize(self, event: dict[str, Any] | None = None) -> dict[str, Any]:
        """Run ETL-1 and return what it answers."""
        return invoke(self.workspace.clients().lambda_, self.names.normalize_function, event or {})

    def await_arrival(self) -> Arrival:
        """Return the arrival of the run's last object."""
        return self.arrivals.wait(EVENT_SECONDS)[-1]

    def curate(self, on_line: OnLine = lambda _: None) -> None:
        """Run ETL-2."""
        clients = self.workspace.clients()
        job = deployed_job(clients.glue, self.names.glue_job)
        run_job(job, clients.s3, self.workspace.variables(), self.workspace.job_log, on_line)


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
