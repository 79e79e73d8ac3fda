"""What our requests need beyond what ministack finds out by itself."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tools.local.enforcing_emulator import Journal, Need, Request, needs_of

ACCOUNT, REGION = "000000000000", "us-east-1"
GLUE = f"arn:aws:glue:{REGION}:{ACCOUNT}:"
OBJECT = "arn:aws:s3:::bucket/new"


def json_request(service: str, operation: str, **said: Any) -> Request:
    headers = {"x-amz-target": f"Service.{operation}", "content-type": "application/x-amz-json-1.1"}
    return Request(service, "POST", "/", headers, json.dumps(said).encode(), {}, REGION, ACCOUNT)


def put(headers: dict[str, str], **query: str) -> Request:
    return Request("s3", "PUT", "/bucket/new", headers, b"", query, REGION, ACCOUNT)


@pytest.mark.parametrize(
    "said", [{"DatabaseName": "d", "Name": "t"}, {"DatabaseName": "d", "TableName": "t"},
             {"DatabaseName": "d", "TableInput": {"Name": "t"}}],
)  # fmt: skip
def test_a_table_takes_its_database_and_the_catalog_along(said: dict[str, Any]) -> None:
    found = needs_of(json_request("glue", "GetTable", **said), Need("glue:GetTable", f"{GLUE}database/d", {}))
    assert [need.resource for need in found] == [f"{GLUE}table/d/t", f"{GLUE}database/d", f"{GLUE}catalog"]
    assert {need.action for need in found} == {"glue:GetTable"}


def test_a_crawler_is_no_table() -> None:
    request = json_request("glue", "StartCrawler", Name="c")
    (need,) = needs_of(request, Need("glue:StartCrawler", f"{GLUE}table/c", {}))
    assert need.resource == f"{GLUE}crawler/c"


def test_what_ministack_knows_stays_as_it_is() -> None:
    need = Need("dynamodb:Scan", f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/t", {})
    assert needs_of(json_request("dynamodb", "Scan", TableName="t"), need) == [need]
    assert needs_of(None, need) == [need]


def form(service: str, **said: str) -> Request:
    query = {name.replace("__", ".member."): [value] for name, value in said.items()}
    return Request(service, "POST", "/", {}, b"", query, REGION, ACCOUNT)


@pytest.mark.parametrize(
    ("request_", "resources"),
    [
        (json_request("glue", "GetDatabase", Name="d"), [f"{GLUE}database/d", f"{GLUE}catalog"]),
        (json_request("glue", "CreateDatabase", DatabaseInput={"Name": "d"}), [f"{GLUE}database/d", f"{GLUE}catalog"]),
        (
            json_request("glue", "GetTables", DatabaseName="d"),
            [f"{GLUE}table/d/*", f"{GLUE}database/d", f"{GLUE}catalog"],
        ),
        (
            json_request("athena", "ListDatabases", CatalogName="c"),
            [f"arn:aws:athena:{REGION}:{ACCOUNT}:datacatalog/c"],
        ),
        (json_request("glue", "UpdateTrigger", Name="t"), [f"{GLUE}trigger/t"]),
        (json_request("glue", "GetJob", JobName="j"), [f"{GLUE}job/j"]),
        (json_request("glue", "GetTags", ResourceArn=f"{GLUE}job/j"), [f"{GLUE}job/j"]),
        (form("sns", Action="ListTagsForResource", ResourceArn="the topic's"), ["the topic's"]),
        (
            json_request("events", "DescribeRule", Name="r", EventBusName="default"),
            [f"arn:aws:events:{REGION}:{ACCOUNT}:rule/r"],
        ),
        (
            form("monitoring", Action="DescribeAlarms", AlarmNames__1="a"),
            [f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:a"],
        ),
        (form("monitoring", Action="GetDashboard", DashboardName="d"), [f"arn:aws:cloudwatch::{ACCOUNT}:dashboard/d"]),
    ],
)
def test_what_terraform_asks_about_is_a_resource_of_its_name(request_: Request, resources: list[str]) -> None:
    assert [need.resource for need in needs_of(request_, Need("any:Action", "*", {}))] == resources


def test_a_layers_version_is_asked_for_by_an_action_of_its_own() -> None:
    request = Request("lambda", "GET", "/2018-10-31/layers/l/versions/7", {}, b"", {}, REGION, ACCOUNT)
    (need,) = needs_of(request, Need("lambda:ListLayers", "*", {}))
    assert need == Need("lambda:GetLayerVersion", f"arn:aws:lambda:{REGION}:{ACCOUNT}:layer:l:7", {})


@pytest.mark.parametrize(
    ("headers", "query", "more"),
    [
        ({}, {}, []),
        ({"x-amz-tagging": "a=b"}, {}, [("s3:PutObjectTagging", OBJECT)]),
        (
            {"x-amz-copy-source": "/bucket/old?versionId=1"},
            {},
            [("s3:GetObjectTagging", "arn:aws:s3:::bucket/old"), ("s3:PutObjectTagging", OBJECT)],
        ),
        ({"x-amz-copy-source": "bucket/old", "x-amz-tagging-directive": "REPLACE"}, {}, []),
        ({"x-amz-copy-source": "bucket/old"}, {"partNumber": "1", "uploadId": "u"}, []),
    ],
    ids=["plain", "with tags", "copy", "copy without tags", "part of a copy"],
)
def test_tags_take_rights_of_their_own(
    headers: dict[str, str], query: dict[str, str], more: list[tuple[str, str]]
) -> None:
    first, *others = needs_of(put(headers, **query), Need("s3:PutObject", OBJECT, {}))
    assert first == Need("s3:PutObject", OBJECT, {})
    assert [(need.action, need.resource) for need in others] == more


def test_a_metrics_namespace_is_a_condition() -> None:
    request = json_request("monitoring", "PutMetricData", Namespace="CAT/Etl")
    (need,) = needs_of(request, Need("cloudwatch:PutMetricData", "*", {}))
    assert need.context == {"cloudwatch:namespace": "CAT/Etl"}


def test_an_events_source_and_type_are_conditions() -> None:
    entries = [{"Source": "a", "DetailType": "b"}, {"Source": "c", "DetailType": "d"}]
    found = needs_of(json_request("events", "PutEvents", Entries=entries), Need("events:PutEvents", "bus", {}))
    assert [need.context for need in found] == [
        {"events:source": "a", "events:detail-type": "b"},
        {"events:source": "c", "events:detail-type": "d"},
    ]
    assert {need.resource for need in found} == {"bus"}


@pytest.mark.parametrize(
    ("request_", "operation"),
    [
        (json_request("glue", "GetTable"), "GetTable"),
        (put({}), "PUT object"),
        (put({"x-amz-copy-source": "b/o"}, partNumber="1", uploadId="u"), "PUT object copy partNumber uploadId"),
        (
            Request("s3", "GET", "/bucket", {}, b"", {"list-type": "2", "prefix": "p"}, REGION, ACCOUNT),
            "GET bucket list-type",
        ),
    ],
)  # fmt: skip
def test_operations_can_be_told_apart(request_: Request, operation: str) -> None:
    assert request_.operation == operation


def test_decisions_are_written_once_with_the_conditions_that_count(tmp_path: Any) -> None:
    journal = Journal(tmp_path / "decisions.jsonl")
    for context in ({"s3:prefix": "a/", "s3:max-keys": "1"}, {"s3:prefix": "a/", "s3:max-keys": "2"}):
        journal.write("role", "session", Need("s3:ListBucket", "arn", context), allowed=True)
    (line,) = (tmp_path / "decisions.jsonl").read_text().splitlines()
    assert json.loads(line)["context"] == {"s3:prefix": "a/"}
