"""What the demo says of views and named queries that were deployed and cannot be asked."""

from __future__ import annotations

import sys
from dataclasses import replace
from types import SimpleNamespace

import pytest

from contract.source import SourceContract
from contract.sources.catia import CONTRACT
from contract.views import NamedQuery, View, double, integer
from tests.sql.lake import SqlLake
from tools.local.asked_once import ask_each_once
from tools.local.errors import TrinoError

MEAN = "SELECT {} AS mean FROM feedback"
RIGHT = View("right", "It.", MEAN.format("avg(length(option))"), (double("mean", "It."),))
UNKNOWN = View("unknown", "It.", MEAN.format("average(length(option))"), (double("mean", "It."),))
RETYPED = replace(RIGHT, name="retyped", columns=(integer("mean", "It."),))


def of(monkeypatch: pytest.MonkeyPatch, views: tuple[View, ...], *queries: NamedQuery) -> SourceContract:
    """CatIA's contract with these, which a module declares."""
    module = SimpleNamespace(VIEWS=views, NAMED_QUERIES=queries, __file__=sys.modules[CONTRACT.views or ""].__file__)
    monkeypatch.setitem(sys.modules, "declaring", module)
    return replace(CONTRACT, views="declaring")


def test_what_can_be_asked_is_counted(lake: SqlLake) -> None:
    assert ask_each_once(CONTRACT, lake.athena) == "2 views and 9 named queries can be asked"


def test_each_that_cannot_be_asked_is_told_with_where_to_mend_it(
    lake: SqlLake, monkeypatch: pytest.MonkeyPatch
) -> None:
    for view in (RIGHT, UNKNOWN, RETYPED):
        lake.declare_view(view)
    with pytest.raises(TrinoError) as caught:
        ask_each_once(of(monkeypatch, (RIGHT, UNKNOWN, RETYPED)), lake.athena)
    unknown, retyped = str(caught.value).splitlines()
    assert unknown.startswith("view 'unknown' cannot be asked: INVALID_VIEW: ")
    assert "Function 'average' not registered" in unknown
    assert unknown.endswith("Mend it in contract/sources/catia/views.py, and repeat the demo.")
    assert retyped.startswith("view 'retyped' cannot be asked: VIEW_IS_STALE: ")
    assert "cannot be coerced" in retyped


def test_a_named_query_that_cannot_be_asked_is_told(lake: SqlLake, monkeypatch: pytest.MonkeyPatch) -> None:
    query = NamedQuery("means", "It.", UNKNOWN.sql)
    with pytest.raises(TrinoError, match=r"named query 'means' cannot be asked: .*'average' not registered"):
        ask_each_once(of(monkeypatch, (), query), lake.athena)
