"""Graphs and drawings, on stacks and views small enough to know the answer."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

import pytest

from contract.column_types import ColumnType
from contract.serving import views_of
from contract.sources.catia import CONTRACT
from contract.views import View, ViewColumn
from tests import orders
from tools.site.pictures.architecture import architecture
from tools.site.pictures.drawing import dot, svg
from tools.site.pictures.graph import Edge, Graph, Node
from tools.site.pictures.lineage import Lineage
from tools.site.pictures.stacks import Stack, permissions
from tools.site.tables_page import tables_page

SVG = "{http://www.w3.org/2000/svg}"
VIEWS = views_of(CONTRACT)
CATIA = Lineage(CONTRACT, VIEWS, "the chatbot's items")
DASHBOARD = next(view for view in VIEWS if view.name == "dashboard_usuarios")


def stack(name: str = "cat-x-normalize", **resources: dict[str, Any]) -> Stack:
    return Stack(name, {"resource": resources, "data": {"aws_sns_topic": {"alerts": {"name": "alerts"}}}})


FUNCTION = {
    "function_name": "normalize",
    "memory_size": 512,
    "role": "${aws_iam_role.normalize.arn}",
}
POLICY = {
    "role": "${aws_iam_role.normalize.id}",
    "policy": '{"Statement": [{"Action": ["s3:PutObject"], "Resource": ["${aws_s3_bucket.reports.arn}/clean/csv/*"]},'
    ' {"Action": ["dynamodb:Scan"], "Resource": ["arn:aws:dynamodb:us-east-1:1:table/chats"]}]}',
}
NORMALIZE = stack(
    aws_lambda_function={"normalize": FUNCTION},
    aws_iam_role={"normalize": {"name": "the-role"}},
    aws_iam_role_policy={"normalize": POLICY},
    aws_lambda_function_event_invoke_config={
        "normalize": {
            "function_name": "${aws_lambda_function.normalize.function_name}",
            "destination_config": {"on_failure": {"destination": "${data.aws_sns_topic.alerts.arn}"}},
        }
    },
)
TOPIC = stack("cat-x-etl2", aws_sns_topic={"alerts": {"name": "alerts"}})


def test_what_a_role_allows_is_an_arrow() -> None:
    graph = architecture([NORMALIZE, TOPIC], {"clean/csv/": "clean zone"}, "the shop")
    assert {(edge.start, edge.end, edge.label) for edge in graph.edges} == {
        ("chats", "normalize", "scans"),
        ("normalize", "clean/csv/", "writes"),
        ("normalize", "alerts", "fails"),
    }
    assert {(node.id, node.kind, node.group) for node in graph.nodes} == {
        ("chats", "store", ""),
        ("normalize", "compute", "cat-x-normalize"),
        ("clean/csv/", "store", ""),
        ("alerts", "failure", "cat-x-etl2"),
    }
    assert {node.detail for node in graph.nodes if node.id == "chats"} == {"DynamoDB table of the shop"}


def test_what_leads_out_of_the_picture_is_left_out() -> None:
    assert [edge.label for edge in architecture([NORMALIZE], {}, "the shop").edges] == ["scans"]


def test_policies_of_other_roles_are_nobodys() -> None:
    assert [permission.holder.name for permission in permissions(NORMALIZE)] == ["normalize", "normalize"]
    assert list(permissions(stack(aws_iam_role={"normalize": {"name": "r"}}, aws_iam_role_policy={"x": POLICY}))) == []


def test_an_argument_that_should_refer_to_something_is_told() -> None:
    broken = stack(aws_lambda_function={"normalize": {**FUNCTION, "role": "arn:aws:iam::1:role/by-hand"}})
    with pytest.raises(ValueError, match=r"'arn:aws:iam::1:role/by-hand' refers to no resource"):
        list(permissions(broken))


@pytest.mark.parametrize(
    ("column", "behind"),
    [
        ("usuario_id", ["conversations.user_id", "feedback.user_id"]),
        ("numero_conversaciones", ["conversations.(rows)"]),
        ("numero_feedback", ["feedback.(rows)"]),
        ("feedback", ["feedback.feedback_type"]),
        ("ciudad", ["conversations.ciudad", "conversations.conversation_id", "conversations.created_at"]),
    ],
)
def test_columns_behind_a_views_column(column: str, behind: list[str]) -> None:
    assert list(CATIA.columns_behind(DASHBOARD, column)) == behind


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
def test_every_column_of_a_view_has_its_origin_in_tables(view: Any) -> None:
    tables = {table.name for table in CONTRACT.tables}
    for column in view.columns:
        behind = CATIA.columns_behind(view, column.name)
        assert behind, column.name
        assert {origin.partition(".")[0] for origin in behind} <= tables


def test_lineage_leads_from_attributes_to_columns() -> None:
    edges = {(edge.start, edge.end) for edge in CATIA.graph(DASHBOARD).edges}
    assert {("UserData.ciudad", "conversations.ciudad"), ("conversations.ciudad", "dashboard_usuarios.ciudad")} <= edges


def test_lineage_is_that_of_the_contract_at_hand() -> None:
    open_orders = View(
        "open_orders",
        "Orders with lines.",
        "SELECT order_id, line_count AS lines FROM orders WHERE line_count > (SELECT avg(line_count) FROM orders)",
        (ViewColumn("order_id", ColumnType.TEXT, "It."), ViewColumn("lines", ColumnType.INTEGER, "Its lines.")),
    )
    shop = Lineage(orders.CONTRACT, (open_orders,), "the shop's items")
    assert shop.columns_behind(open_orders, "lines") == ("orders.line_count",)
    graph = shop.graph(open_orders)
    assert graph.groups == ("open_orders", "orders", "the shop's items")
    assert ("lines", "orders.line_count") in {(edge.start, edge.end) for edge in graph.edges}
    page = tables_page(shop, ())
    assert "### `order_lines`" in page
    assert "conversations" not in page


def test_a_graph_has_its_parts_once_and_in_order() -> None:
    first, second = Node("a", "A", "", "store"), Node("b", "B", "two", "serve", "frame")
    there, out = Edge("a", "b", "goes"), Edge("a", "elsewhere", "leaves")
    graph = Graph.of([second, first, first], [there, out, there])
    assert (graph.nodes, graph.edges, graph.groups) == ((first, second), (there,), ("frame",))


def test_a_drawing_names_itself_and_escapes_what_it_shows() -> None:
    hostile = 'a "quoted" <b>&\\'
    drawn = svg(Graph.of([Node("x", hostile, "", "store")], []), "Title <1>", "What & how")
    root = ET.fromstring(drawn)  # noqa: S314 - our own
    assert root.get("role") == "img"
    assert [root.findtext(f"{SVG}{name}") for name in ("title", "desc")] == ["Title <1>", "What & how"]
    assert [text.text for text in root.iter(f"{SVG}text")] == [hostile]
    assert "prefers-color-scheme: dark" in drawn
    assert "width=" not in drawn[: drawn.index(">")]


def test_failures_do_not_bend_the_way_of_the_data() -> None:
    nodes = [Node("a", "A", "", "store"), Node("b", "B", "", "store")]
    text = dot(Graph.of(nodes, [Edge("a", "b", "writes"), Edge("a", "b", "fails", "failure")]))
    assert '"a" -> "b" [label="fails", class="failure", style="dashed", weight=0];' in text
    assert '"a" -> "b" [label="writes", class="flow"];' in text
