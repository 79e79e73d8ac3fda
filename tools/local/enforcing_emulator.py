"""``python -P tools/local/enforcing_emulator.py LOG``: the emulator, refusing what a role may not do, and noting it.

ministack evaluates IAM policies where AUTH is "true": who calls with a role's session may do what that role's deployed
policies allow, and is refused with the service's own error otherwise. Things that it gets wrong for this platform
are put right here, each by what AWS documents; the evaluation itself stays ministack's:

- the resources of requests about tags, and of those of Glue, EventBridge, CloudWatch, Athena, Budgets and Lambda's
  layers; the actions of Budgets; the tags that go with an object; and what conditions ask for: a metric's namespace, an
  event's source;
- this machine's loopback is plain HTTP, which the bucket's policy rightly refuses: it counts as TLS;
- whoever assumes a role as the account itself stands in for a service, which says for whom it acts (aws:SourceAccount);
- a Glue job has the tags that it was made with;
- an alarm is described with all that is kept of it, and rings for its own metric, not for another function's too.

Of a Spark job's runs it says that they succeeded. Where one is run beside it, with an argument ``--told_by_stand_in``,
Glue's part is played here: the run is as that argument says, and what has ended ill is an event of Glue's.

Each answer is a line of LOG, once: the role, its request, and whether it was allowed. The file imports nothing of this
project, so that the Lambda functions which the emulator starts cannot either.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import FunctionType
from typing import Any, Final, NamedTuple
from xml.sax.saxutils import escape, unescape

from ministack.core import iam_actions, iam_evaluator


class Request(NamedTuple):
    """What is on its way to a decision."""

    service: str
    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    query: dict[str, Any]
    region: str
    account: str

    @property
    def operation(self) -> str:
        """The API's name for a JSON request, and for others what tells S3's operations apart."""
        target = self.headers.get("x-amz-target", "").rpartition(".")[2]
        level = "object" if self.path.strip("/").count("/") else "bucket"
        copy = ["copy"] if "x-amz-copy-source" in self.headers else []
        return target or " ".join([self.method, level, *copy, *sorted(set(self.query) & _TELLING)])

    def json(self) -> dict[str, Any]:
        """Return what a JSON request says, nothing for any other."""
        return dict(json.loads(self.body)) if self.body and "json" in self.headers.get("content-type", "") else {}

    def said(self) -> dict[str, Any]:
        """Return what a request says as JSON or, in the older protocol, as a form."""
        return self.json() or {name: values[0] for name, values in self.query.items() if isinstance(values, list)}

    def arn(self, resource: str) -> str:
        """Return the ARN of one of the service's resources."""
        return f"arn:aws:{self.service}:{self.region}:{self.account}:{resource}"


class Need(NamedTuple):
    """One thing that a request needs to be allowed."""

    action: str
    resource: str
    context: dict[str, Any]


#: The keys that conditions of this platform's roles ask for.
_CONDITIONS: Final = frozenset(("cloudwatch:namespace", "events:detail-type", "events:source", "s3:prefix"))
#: Of S3's query parameters, those that make another operation of a request.
_TELLING: Final = frozenset(("delete", "list-type", "partNumber", "tagging", "uploadId", "uploads"))

#: Parameters that are a resource's ARN: requests about tags have one of them.
_ARN_PARAMETERS: Final = ("ResourceARN", "ResourceArn", "resourceArn")
_LAYER_VERSION: Final = re.compile(r"/layers/([^/]+)/versions/(\d+)$")
_LAYER_ACTIONS: Final = {"GET": "lambda:GetLayerVersion", "DELETE": "lambda:DeleteLayerVersion"}
#: What Glue calls its resources, and so the requests about them.
_GLUE_KINDS: Final = ("Crawler", "Job", "Trigger", "Workflow")

#: Budgets has two actions for all that is done with a budget and its notifications:
#: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsbudgetservice.html
BUDGET_ACTIONS: Final = {
    f"budgets:{verb}{noun}": "budgets:ViewBudget" if verb == "Describe" else "budgets:ModifyBudget"
    for verb in ("Create", "Delete", "Describe", "Update")
    for noun in ("Budget", "NotificationsForBudget", "Notification", "SubscribersForNotification", "Subscriber")
}

_request: ContextVar[Request | None] = ContextVar("request", default=None)
_operation: ContextVar[str] = ContextVar("operation", default="")
_extract_resource_arn = iam_actions.extract_resource_arn
_enforce = iam_evaluator.enforce
_evaluate_trust_policy = iam_evaluator.evaluate_trust_policy
_pin_request_origin = iam_evaluator.pin_request_origin


def glue_resources(request: Request) -> list[str]:
    """Return a Glue request's resources.

    A table's or a partition's are the table, its database and the catalog:
    https://docs.aws.amazon.com/glue/latest/dg/glue-specifying-resource-arns.html
    """
    said = request.json()
    for kind in _GLUE_KINDS:
        if kind in request.operation:
            return [request.arn(f"{kind.lower()}/{said.get('Name') or said[f'{kind}Name']}")]
    if request.operation.endswith("Database"):
        database = said.get("Name") or said["DatabaseInput"]["Name"]
        return [request.arn(name) for name in (f"database/{database}", "catalog")]
    database = said.get("DatabaseName")
    if request.operation == "GetTables":
        return [request.arn(name) for name in (f"table/{database}/*", f"database/{database}", "catalog")]
    table = said.get("TableName") or said.get("TableInput", {}).get("Name") or said.get("Name")
    if not database or not table:
        return []
    return [request.arn(name) for name in (f"table/{database}/{table}", f"database/{database}", "catalog")]


def cloudwatch_resources(request: Request) -> list[str]:
    """Return the alarms and dashboards of a request; a dashboard is in no region."""
    alarms, dashboards = (
        [value for name, value in request.said().items() if name.startswith(kind)]
        for kind in ("AlarmName", "DashboardName")
    )
    return [
        *(f"arn:aws:cloudwatch:{request.region}:{request.account}:alarm:{name}" for name in alarms),
        *(f"arn:aws:cloudwatch::{request.account}:dashboard/{name}" for name in dashboards),
    ]


def rule_resources(request: Request) -> list[str]:
    """Return the rule of a request, which is on the default bus."""
    said = request.json()
    rule = said.get("Rule") or said.get("Name")
    return [request.arn(f"rule/{rule}")] if rule else []


def athena_resources(request: Request) -> list[str]:
    """Return the workgroup of a query, named or executed, or the catalog that is browsed."""
    # Importing the application must come last.
    from ministack.services.athena import _executions, _named_queries

    said = request.json()
    asked = {**_named_queries, **_executions}.get(said.get("NamedQueryId") or said.get("QueryExecutionId"))
    if asked:
        return [request.arn(f"workgroup/{asked['WorkGroup']}")]
    return [request.arn(f"datacatalog/{said['CatalogName']}")] if "CatalogName" in said else []


def parameter_resources(request: Request) -> list[str]:
    """Return the parameter of a request to Systems Manager; its name begins with a slash."""
    name = request.json().get("Name")
    return [request.arn(f"parameter{name}")] if name else []


def budget_resources(request: Request) -> list[str]:
    """Return the budget of a request, which is in no region."""
    said = request.json()
    name = said.get("BudgetName") or said.get("Budget", {}).get("BudgetName")
    return [f"arn:aws:budgets::{request.account}:budget/{name}"] if name else []


_RESOURCES: Final[Mapping[str, Callable[[Request], list[str]]]] = {
    "athena": athena_resources,
    "budgets": budget_resources,
    "events": rule_resources,
    "glue": glue_resources,
    "monitoring": cloudwatch_resources,
    "ssm": parameter_resources,
}


def resources_of(request: Request) -> list[str]:
    """Return the resources by which IAM checks a request, none where ministack's own are right.

    Which they are: https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
    """
    said = request.said()
    of_tags = [said[name] for name in _ARN_PARAMETERS if name in said]
    if of_tags or request.service not in _RESOURCES:
        return of_tags
    return _RESOURCES[request.service](request)


def tag_needs(request: Request, resource: str) -> list[Need]:
    """Return what an object's tags need on top of the object.

    A copy takes them along unless it is told otherwise:
    https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
    """
    needs = []
    source = request.headers.get("x-amz-copy-source", "").partition("?")[0].lstrip("/")
    is_whole = source and "partNumber" not in request.query
    takes_along = is_whole and request.headers.get("x-amz-tagging-directive") != "REPLACE"
    if takes_along:
        needs.append(Need("s3:GetObjectTagging", f"arn:aws:s3:::{source}", {}))
    if takes_along or "x-amz-tagging" in request.headers:
        needs.append(Need("s3:PutObjectTagging", resource, {}))
    return needs


def event_context(entry: dict[str, Any]) -> dict[str, Any]:
    """Return the condition keys of an event: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-conditions.html."""
    return {"events:source": entry.get("Source"), "events:detail-type": entry.get("DetailType")}


def needs_of(request: Request | None, first: Need) -> list[Need]:
    """Return all that a request needs, given what ministack found."""
    if request is None:
        return [first]
    first = first._replace(action=BUDGET_ACTIONS.get(first.action, first.action))
    resources = resources_of(request)
    if resources:
        return [first._replace(resource=resource) for resource in resources]
    layer = _LAYER_VERSION.search(request.path)
    if request.service == "lambda" and layer:
        version = request.arn(f"layer:{layer[1]}:{layer[2]}")
        return [first._replace(action=_LAYER_ACTIONS[request.method], resource=version)]
    if request.service == "s3":
        return [first, *tag_needs(request, first.resource)]
    if first.action == "events:PutEvents":
        return [first._replace(context=event_context(entry)) for entry in request.json().get("Entries", ())] or [first]
    namespace = request.json().get("Namespace") if first.action == "cloudwatch:PutMetricData" else None
    return [first._replace(context={"cloudwatch:namespace": namespace})] if namespace else [first]


def extract_resource_arn(*request: Any) -> str:
    """Keep the request for the decision that comes next."""
    _request.set(Request(*request))
    return str(_extract_resource_arn(*request))


class Journal:
    """The file of decisions, each of which stands there once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._written: set[str] = set()

    def write(self, role: str, session: str, need: Need, *, allowed: bool) -> None:
        """Write down what was decided."""
        line = json.dumps(
            {
                "role": role,
                "session": session,
                "operation": _operation.get(),
                "action": need.action,
                "resource": need.resource,
                "context": {key: need.context[key] for key in _CONDITIONS & need.context.keys()},
                "allowed": allowed,
            },
            sort_keys=True,
        )
        if line not in self._written:
            self._written.add(line)
            with self._path.open("a", encoding="utf-8") as file:
                file.write(f"{line}\n")


def enforcing(journal: Journal) -> Callable[..., Any]:
    """Return what decides on everything that a request needs, and writes down what was decided for a role."""

    def enforce(  # noqa: PLR0913, PLR0917 ministack's own signature
        access_key: str,
        action: str,
        service: str,
        region: str,
        resource_arn: str = "*",
        service_context: dict[str, Any] | None = None,
    ) -> Any:
        request = _request.get()
        # What ministack then asks for the same operation, for instance about a copy's source, it knows itself.
        _request.set(None)
        if request:
            _operation.set(request.operation)
        role, session = _role_and_session(access_key)
        for need in needs_of(request, Need(action, resource_arn, service_context or {})):
            denied = _enforce(access_key, need.action, service, region, need.resource, need.context)
            if role:
                journal.write(role, session, need, allowed=denied is None)
            if denied:
                return denied
        return None

    return enforce


def evaluate_trust_policy(document: Any, caller: str, context: Any = None) -> bool:
    """Let the account itself assume a role as a service does that acts for it."""
    if context is not None and context.principal_type == "Root":
        said = {**context.service_context, "aws:sourceaccount": context.principal_account}
        context = replace(context, service_context=said)
    return bool(_evaluate_trust_policy(document, caller, context))


def pin_request_origin(address: str, _: bool) -> None:  # noqa: FBT001 ministack's own signature
    """Take loopback for TLS."""
    _pin_request_origin(address, True)  # noqa: FBT003 ministack's own signature


def with_tags(create: Callable[[dict[str, Any]], Any]) -> Callable[[dict[str, Any]], Any]:
    """Return what makes a Glue job and keeps its tags where they are asked for."""
    from ministack.services import glue

    def create_with_tags(asked: dict[str, Any]) -> Any:
        answer = create(asked)
        if asked.get("Tags"):
            glue._tag_resource({"ResourceArn": glue._arn("job", asked["Name"]), "TagsToAdd": asked["Tags"]})
        return answer

    return create_with_tags


def hearing_a_stand_in(start: Callable[[dict[str, Any]], Any]) -> Callable[[dict[str, Any]], Any]:
    """Return what starts a job's run as ``start`` does, or takes what is told of one, and announces its failure.

    https://docs.aws.amazon.com/glue/latest/dg/automating-awsglue-with-cloudwatch-events.html
    """
    from ministack.core.responses import json_response
    from ministack.services import eventbridge, glue

    def start_job_run(data: dict[str, Any]) -> Any:
        told = data.get("Arguments", {}).get("--told_by_stand_in")
        if told is None:
            return start(data)
        name, run, kept = data["JobName"], json.loads(told), glue._job_runs
        kept[name] = [run, *(each for each in (kept.get(name) or []) if each["Id"] != run["Id"])]
        if run["JobRunState"] == "FAILED":
            said = {"jobName": name, "severity": "ERROR", "state": "FAILED", "jobRunId": run["Id"]}
            detail = json.dumps({**said, "message": run["ErrorMessage"]})
            entry = {"Source": "aws.glue", "DetailType": "Glue Job State Change", "Detail": detail}
            eventbridge._put_events({"Entries": [entry]}, allow_aws_source=True)
        return json_response({"JobRunId": run["Id"]})

    return start_job_run


def with_whole_alarms(describe: Callable[..., Any]) -> Callable[..., Any]:
    """Return what describes alarms with all that is kept of them: ministack's own XML says a part, JSON says all."""
    from ministack.services import cloudwatch

    def whole(found: re.Match[str]) -> str:
        alarm = cloudwatch._alarms.get(unescape(found[1]))
        return f"<member>{_xml(alarm)}</member>" if alarm else found[0]

    def describe_alarms(params: Any, document: Any, *is_other: bool) -> Any:
        status, headers, body = describe(params, document, *is_other)
        if not any(is_other):
            body = re.sub("<member><AlarmName>(.*?)</AlarmName>.*?</member>", whole, body.decode()).encode()
        return status, headers, body

    return describe_alarms


def of_its_own_metric(evaluate: Callable[[dict[str, Any]], None]) -> Callable[[dict[str, Any]], None]:
    """Return what judges an alarm by the metric with its dimensions: ministack's own takes all metrics of the name."""
    from ministack.services import cloudwatch

    def evaluate_alarm(alarm: dict[str, Any]) -> None:
        dimensions = cloudwatch._dims_key(cloudwatch._dims_from_list(alarm.get("Dimensions") or []))
        own = {key: points for key, points in list(cloudwatch._metrics.items()) if key[2] == dimensions}
        FunctionType(evaluate.__code__, {**vars(cloudwatch), "_metrics": own})(alarm)

    return evaluate_alarm


def _xml(value: Any) -> str:
    """Return a value as AWS's query protocol has it."""
    if isinstance(value, dict):
        said = {
            name: datetime.fromtimestamp(entry, UTC).isoformat() if name.endswith("Timestamp") else _xml(entry)
            for name, entry in value.items()
            if entry is not None
        }
        return "".join(f"<{name}>{entry}</{name}>" for name, entry in said.items())
    if isinstance(value, list):
        return "".join(f"<member>{_xml(entry)}</member>" for entry in value)
    return str(value).lower() if isinstance(value, bool) else escape(str(value))


def _role_and_session(access_key: str) -> tuple[str, str]:
    from ministack.services import sts

    arn = str(sts._sessions.get(access_key, {}).get("Arn", ""))
    role, _, session = arn.partition(":assumed-role/")[2].partition("/")
    return role, session


def main() -> None:
    """Start ministack with these in the place of its own."""
    os.environ["AUTH"] = "true"
    journal = Journal(Path(sys.argv[1]))
    # ministack has options of its own.
    del sys.argv[1:]
    # It takes its own from these modules when it is imported, and knows then whether it enforces.
    iam_actions.extract_resource_arn = extract_resource_arn
    iam_evaluator.enforce = enforcing(journal)
    iam_evaluator.evaluate_trust_policy = evaluate_trust_policy
    iam_evaluator.pin_request_origin = pin_request_origin
    from ministack import app
    from ministack.services import cloudwatch, glue

    # They are looked up with each request.
    cloudwatch._describe_alarms = with_whole_alarms(cloudwatch._describe_alarms)
    cloudwatch._evaluate_alarm = of_its_own_metric(cloudwatch._evaluate_alarm)
    glue._create_job = with_tags(glue._create_job)
    glue._start_job_run = hearing_a_stand_in(glue._start_job_run)
    app.main()


if __name__ == "__main__":
    main()
