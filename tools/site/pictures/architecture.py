"""The platform as a graph, read from the stacks' synthesized JSON: it shows what is deployed, or it is not shown.

Boxes are resources; arrows are what resources say of each other: targets, triggers, destinations, and what roles allow.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from tools.site.pictures.graph import Edge, Graph, Node
from tools.site.pictures.stacks import Permission, Resource, Stack, permissions

#: Types that are boxes, each with its service's name and its kind.
_SHOWN: Final = {
    "aws_scheduler_schedule": ("EventBridge schedule", "events"),
    "aws_lambda_function": ("Lambda function", "compute"),
    "aws_cloudwatch_event_rule": ("EventBridge rule", "events"),
    "aws_glue_workflow": ("Glue workflow", "events"),
    "aws_glue_job": ("Glue Spark job", "compute"),
    "aws_glue_crawler": ("Glue crawler", "compute"),
    "aws_glue_catalog_database": ("Glue database", "serve"),
    "aws_athena_workgroup": ("Athena workgroup", "serve"),
    "aws_sns_topic": ("SNS topic", "failure"),
    "aws_sqs_queue": ("SQS queue", "failure"),
}
_ALARMS: Final = "alarms"
_FAILURE: Final = "failure"
_TABLE_ARN: Final = re.compile(r":table/(?P<name>[\w.-]+)$")
_BUCKET_PATH: Final = re.compile(r"\.(?:arn|bucket)\}/(?P<zone>[\w-]+/[\w-]+/)")


def architecture(stacks: Sequence[Stack], zones: Mapping[str, str], writer: str) -> Graph:
    """Return the graph of one environment's stacks.

    ``zones`` has the bucket's prefixes that matter and their names; ``writer`` is what fills the source table.
    """
    nodes = [node for stack in stacks for node in _nodes(stack, writer)]
    nodes += [Node(prefix, name, f"{prefix} in the bucket", "store") for prefix, name in zones.items()]
    edges = [edge for stack in stacks for edge in _edges(stack, zones)]
    return Graph.of(nodes, edges)


def _nodes(stack: Stack, writer: str) -> Iterator[Node]:
    rules_of_failures = {rule.name for rule, _ in _failure_rules(stack)}
    for type_name, (service, kind) in _SHOWN.items():
        for resource in stack.of_type(type_name):
            if resource.name not in rules_of_failures:
                yield Node(resource.name, resource.name, _detail(resource, service), kind, stack.name)
    for permission in permissions(stack):
        for table in _source_tables(permission):
            yield Node(table, table, f"DynamoDB table of {writer}", "store")
        for event in _announced(permission):
            yield Node(event, event, "EventBridge event, for whoever builds on the tables", "events")
    alarms = list(stack.of_type("aws_cloudwatch_metric_alarm"))
    if alarms:
        yield Node(_alarms_of(stack), f"alarms: {len(alarms)}", "CloudWatch", _FAILURE, stack.name)


def _detail(resource: Resource, service: str) -> str:
    arguments = resource.arguments
    if resource.type == "aws_scheduler_schedule":
        return f"{service}, {arguments['schedule_expression']} {arguments['schedule_expression_timezone']}"
    if resource.type == "aws_glue_job":
        return f"{service}, {arguments['number_of_workers']} workers {arguments['worker_type']}"
    if resource.type == "aws_lambda_function":
        return f"{service}, {arguments['memory_size']} MB"
    return service


def _edges(stack: Stack, zones: Mapping[str, str]) -> Iterator[Edge]:
    yield from _started_by_time(stack)
    yield from _started_by_events(stack, zones)
    yield from _started_by_triggers(stack)
    yield from _failures(stack)
    yield from _served(stack)
    for permission in permissions(stack):
        yield from _allowed(permission, zones)


def _started_by_time(stack: Stack) -> Iterator[Edge]:
    for schedule in stack.of_type("aws_scheduler_schedule"):
        target = schedule.arguments["target"]
        yield Edge(schedule.name, schedule.one(target["arn"]).name, "starts")
        yield Edge(schedule.name, schedule.one(target["dead_letter_config"]).name, "undelivered", _FAILURE)


def _started_by_events(stack: Stack, zones: Mapping[str, str]) -> Iterator[Edge]:
    of_failures = {rule.name for rule, _ in _failure_rules(stack)}
    for target in stack.of_type("aws_cloudwatch_event_target"):
        rule = target.one(target.arguments["rule"])
        if rule.name in of_failures:
            continue
        for prefix in zones:
            if prefix in rule.arguments["event_pattern"]:
                yield Edge(prefix, rule.name, "a run has arrived")
        yield Edge(rule.name, target.one(target.arguments["arn"]).name, "starts")
        yield Edge(rule.name, target.one(target.arguments["dead_letter_config"]).name, "undelivered", _FAILURE)


def _started_by_triggers(stack: Stack) -> Iterator[Edge]:
    for trigger in stack.of_type("aws_glue_trigger"):
        workflow = trigger.one(trigger.arguments["workflow_name"])
        started = [action for actions in trigger.arguments["actions"] for action in trigger.referred(actions)]
        before = trigger.referred(trigger.arguments.get("predicate", {}))
        for target in started:
            for first in before:
                yield Edge(first.name, target.name, "on success")
            if not before:
                yield Edge(workflow.name, target.name, "starts")


def _failure_rules(stack: Stack) -> Iterator[tuple[Resource, Resource]]:
    """Yield the rules for what Glue announces, each with the job or crawler that it is about."""
    for rule in stack.of_type("aws_cloudwatch_event_rule"):
        if json.loads(rule.arguments["event_pattern"])["source"] == ["aws.glue"]:
            yield rule, rule.one(rule.arguments["event_pattern"])


def _failures(stack: Stack) -> Iterator[Edge]:
    subjects = {rule.name: subject.name for rule, subject in _failure_rules(stack)}
    for target in stack.of_type("aws_cloudwatch_event_target"):
        rule = target.one(target.arguments["rule"]).name
        if rule in subjects:
            yield Edge(subjects[rule], target.one(target.arguments["arn"]).name, "fails", _FAILURE)
    for invocation in stack.of_type("aws_lambda_function_event_invoke_config"):
        function = invocation.one(invocation.arguments["function_name"]).name
        yield Edge(function, invocation.one(invocation.arguments["destination_config"]).name, "fails", _FAILURE)
    for alarm in stack.of_type("aws_cloudwatch_metric_alarm"):
        yield Edge(_alarms_of(stack), alarm.one(alarm.arguments["alarm_actions"]).name, "tell", _FAILURE)


def _alarms_of(stack: Stack) -> str:
    return f"{stack.name} {_ALARMS}"


def _served(stack: Stack) -> Iterator[Edge]:
    for table in stack.of_type("aws_glue_catalog_table"):
        found = _BUCKET_PATH.search(str(table.arguments.get("storage_descriptor", {}).get("location", "")))
        if found:
            yield Edge(found["zone"], table.one(table.arguments["database_name"]).name, "lies below")
    for query in stack.of_type("aws_athena_named_query"):
        database = query.one(query.arguments["database"])
        yield Edge(database.name, query.one(query.arguments["workgroup"]).name, "tables and views")
    for workgroup in stack.of_type("aws_athena_workgroup"):
        found = _BUCKET_PATH.search(json.dumps(workgroup.arguments["configuration"]))
        if found:
            yield Edge(workgroup.name, found["zone"], "keeps answers")


def _allowed(permission: Permission, zones: Mapping[str, str]) -> Iterator[Edge]:
    holder = permission.holder.name
    for table in _source_tables(permission):
        yield Edge(table, holder, "scans")
    for resource in permission.resources:
        found = _BUCKET_PATH.search(resource)
        if found and found["zone"] in zones:
            if "s3:PutObject" in permission.actions:
                yield Edge(holder, found["zone"], "writes")
            elif "s3:GetObject" in permission.actions:
                yield Edge(found["zone"], holder, "reads")
    if "glue:UpdateTable" in permission.actions:
        by_itself = permission.holder.type != "aws_glue_crawler"
        for database in permission.holder.stack.of_type("aws_glue_catalog_database"):
            yield Edge(holder, database.name, "commits" if by_itself else "repairs, on demand")
    for event in _announced(permission):
        yield Edge(holder, event, "announces")


def _announced(permission: Permission) -> Iterator[str]:
    """Yield the types of the events that a permission to send events is limited to."""
    if "events:PutEvents" in permission.actions and "events:detail-type" in permission.equals:
        yield permission.equals["events:detail-type"]


def _source_tables(permission: Permission) -> Iterator[str]:
    if "dynamodb:Scan" in permission.actions:
        for resource in permission.resources:
            if found := _TABLE_ARN.search(resource):
                yield found["name"]
