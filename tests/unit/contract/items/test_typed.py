"""Values of an item as cells of typed columns: exact, or the item is rejected with column, rule and reason."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.column_types import ColumnType
from contract.datasets import PERSONAL, REJECTED, TECHNICAL, Column, Dataset, integer, text
from contract.items import typed
from contract.items.outcomes import AcceptedItem, Rejected
from contract.items.rejections import ItemRejectedError
from contract.source import ItemKind, SourceContract
from lambda_src.normalize import Normalizer

N38 = "12345678901234567890123456789012345678"
DECIMAL = ColumnType.decimal


def column(kind: ColumnType, *, nullable: bool = True) -> Column:
    return Column(1, "c", kind, TECHNICAL, nullable, "It.", ("c",))


@pytest.mark.parametrize(
    ("kind", "value", "cell"),
    [
        (ColumnType.INTEGER, {"N": "-5"}, "-5"),
        (ColumnType.INTEGER, {"N": "5.000"}, "5"),
        (ColumnType.INTEGER, {"N": "1E+3"}, "1000"),
        (ColumnType.INTEGER, {"S": "9223372036854775807"}, "9223372036854775807"),
        (ColumnType.INTEGER, {"N": "-9223372036854775808"}, "-9223372036854775808"),
        (ColumnType.INTEGER, {"NULL": True}, None),
        (DECIMAL(12, 2), {"N": "5"}, "5.00"),
        (DECIMAL(12, 2), {"N": "-0.1"}, "-0.10"),
        (DECIMAL(12, 2), {"N": "-0.000"}, "0.00"),
        (DECIMAL(12, 2), {"N": "0E+50"}, "0.00"),
        (DECIMAL(38, 0), {"N": N38}, N38),
        (DECIMAL(38, 38), {"N": f"-0.{N38}"}, f"-0.{N38}"),
        (DECIMAL(38, 10), {"S": f"{N38[:28]}.{N38[28:]}"}, f"{N38[:28]}.{N38[28:]}"),
        (ColumnType.DOUBLE, {"N": "0.1"}, "0.1"),
        (ColumnType.DOUBLE, {"N": "1E+100"}, "1e+100"),
        (ColumnType.DOUBLE, {"N": "-0"}, "0.0"),
        (ColumnType.DOUBLE, {"N": "9007199254740993"}, "9007199254740992.0"),
        (ColumnType.BOOLEAN, {"BOOL": False}, "false"),
        (ColumnType.BOOLEAN, {"S": "true"}, "true"),
        (ColumnType.DATE, {"S": "2024-02-29"}, "2024-02-29"),
        (ColumnType.INSTANT, {"S": "2026-01-30T10:00:00-05:00"}, "2026-01-30T15:00:00.000000Z"),
        (ColumnType.TEXT, {"N": "5.10"}, "5.10"),
        (ColumnType.JSON, {"M": {"b": {"N": N38}, "a": {"L": [{"S": "ñ\n"}]}}}, f'{{"a":["ñ\\n"],"b":{N38}}}'),
        (ColumnType.JSON, {"S": ' {"b" : 1.50, "a": [true]} '}, '{"a":[true],"b":1.50}'),
        (ColumnType.JSON, {"L": [{"N": "1E+40"}, {"N": ".5"}, {"BOOL": False}]}, "[1E+40,0.5,false]"),
        (ColumnType.JSON, {"NULL": True}, None),
    ],
)  # fmt: skip
def test_a_value_is_a_cell(kind: ColumnType, value: dict[str, Any], cell: str | None) -> None:
    assert typed.cell(value, column(kind)) == cell
    assert cell is None or kind.fits(cell)


@pytest.mark.parametrize(
    ("kind", "value", "reason"),
    [
        (ColumnType.INTEGER, {"N": "1.5"}, "invalid_value: column c, bigint: expected a whole number of 64 bits,"),
        (ColumnType.INTEGER, {"N": "9223372036854775808"}, "found a number of 19 digits"),
        (ColumnType.INTEGER, {"S": "geheim"}, "found text of 6 characters"),
        (ColumnType.INTEGER, {"S": ""}, "found text of 0 characters"),
        (ColumnType.INTEGER, {"BOOL": True}, "wrong_type: column c, bigint: expected a number, found a boolean"),
        (DECIMAL(12, 2), {"N": "0.001"}, "at most 10 digits before and 2 behind the point, found a number with more"),
        (DECIMAL(12, 2), {"N": "10000000000"}, "found a number of 11 digits before the point"),
        (DECIMAL(2, 2), {"N": "1"}, "found a number of 1 digits before the point"),
        (DECIMAL(38, 0), {"S": f"{N38}9"}, "found a number of 39 digits"),
        (DECIMAL(12, 2), {"S": "1e999999999999999999999"}, "found a number with too large an exponent"),
        (DECIMAL(12, 2), {"S": "1e-999999999"}, "with more digits behind the point"),
        (DECIMAL(12, 2), {"S": "9" * 5000}, "found text of 5000 characters"),
        (ColumnType.DOUBLE, {"S": "1e400"}, "found a number that is too large or too near to nothing"),
        (ColumnType.DOUBLE, {"S": "1e-400"}, "found a number that is too large or too near to nothing"),
        (ColumnType.DOUBLE, {"S": "NaN"}, "expected a finite number, found text of 3 characters"),
        (ColumnType.BOOLEAN, {"S": "yes"}, "expected true or false, found text of 3 characters"),
        (ColumnType.BOOLEAN, {"N": "1"}, "wrong_type: column c, boolean: expected a boolean, found a number"),
        (ColumnType.DATE, {"S": "2023-02-29"}, "expected a day as YYYY-MM-DD, found text of 10 characters"),
        (ColumnType.DATE, {"S": "2026-01-30T10:00:00Z"}, "found text of 20 characters"),
        (ColumnType.DATE, {"S": "0000-01-01"}, "found text of 10 characters"),
        (ColumnType.JSON, {"S": "geheim"}, "invalid_json: column c, json: text of 6 characters is not JSON"),
        (ColumnType.JSON, {"M": {"a": {"SS": ["x"]}}}, "column c, json: expected what JSON has, found a string set"),
        (ColumnType.TEXT, {"M": {}}, "wrong_type: column c, string: expected text, found a map"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_without_its_value(kind: ColumnType, value: dict[str, Any], reason: str) -> None:
    with pytest.raises(ItemRejectedError) as caught:
        typed.cell(value, column(kind))
    assert reason in caught.value.reason
    assert "geheim" not in caught.value.reason


def test_a_null_is_refused_where_none_may_be() -> None:
    with pytest.raises(ItemRejectedError, match="column c, bigint: expected a value, found nothing"):
        typed.cell(None, column(ColumnType.INTEGER, nullable=False))


@given(st.decimals(allow_nan=False, allow_infinity=False, places=9).filter(lambda n: abs(n) < 10**29))
def test_decimals_are_exact(number: Decimal) -> None:
    kind = DECIMAL(38, 9)
    cell = typed.cell({"N": str(number)}, column(kind))
    assert cell is not None
    assert kind.fits(cell)
    assert Decimal(cell) == number


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "c"]), inner, max_size=3),
    max_leaves=8,
)


# A text of JSON is read as what it holds, as often as it holds some: a bare text is no document.
@given(_JSON.filter(lambda value: value is not None and not isinstance(value, str)))
def test_a_document_comes_back_and_has_one_form(value: Any) -> None:
    once = typed.cell({"S": json.dumps(value)}, column(ColumnType.JSON))
    assert once is not None
    assert json.loads(once) == value
    assert typed.cell({"S": once}, column(ColumnType.JSON)) == once


DATA = Dataset(
    "things",
    "…",
    (
        text(1, "id", TECHNICAL, "…", "id", nullable=False),
        integer(2, "size", TECHNICAL, "…", "meta.size"),
        text(3, "who", PERSONAL, "…", "who"),
    ),
    key=("id",),
    sort_by=("id",),
)
THINGS = SourceContract(
    name="things",
    description="…",
    table="things",
    key_attributes=("id",),
    kinds=(ItemKind("things", DATA),),
    datasets=(REJECTED, DATA),
    item_reader=f"{__name__}:read",
)


def read(item: dict[str, Any]) -> AcceptedItem:
    return AcceptedItem("things", {"things": [typed.row(item, DATA)]})


def careless(item: dict[str, Any]) -> AcceptedItem:
    """Returns whatever is there, as a reader of somebody's own might."""
    return AcceptedItem("things", {"things": [(item["id"]["S"], item["size"].get("S"), item["who"].get("S"))]})


def test_a_row_is_read_by_its_columns_sources() -> None:
    item = {"id": {"S": "a"}, "meta": {"M": {"size": {"N": "5"}}}, "who": {"S": "Ana"}}
    assert Normalizer(THINGS).normalize(item) == AcceptedItem("things", {"things": [("a", "5", "Ana")]})
    refused = Normalizer(THINGS).normalize({**item, "meta": {"M": {"size": {"N": "5.5"}}}})
    assert isinstance(refused, Rejected)
    assert refused.row.reason.startswith("invalid_value: meta.size: column size, bigint: expected a whole number")


DEEP = Column(1, "c", ColumnType.TEXT, TECHNICAL, nullable=True, comment="It.", source=("a.b.c",))


@pytest.mark.parametrize(
    ("entries", "cell"),
    [
        ({"M": {"b": {"M": {"c": {"S": "x"}}}}}, "x"),
        ({"M": {"b": {"S": '{"c": "x"}'}}}, "x"),
        ({"M": {"b.c": {"S": "x"}}}, None),
        ({"NULL": True}, None),
    ],
)  # fmt: skip
def test_a_source_leads_through_any_number_of_maps(entries: dict[str, Any], cell: str | None) -> None:
    assert typed.attribute({"a": entries}, DEEP) == cell


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ({"M": {"c": {"L": []}}}, "wrong_type: a.b.c: column c, string: expected text, found a list"),
        ({"N": "1"}, "wrong_type: a.b: expected a map, found a number"),
    ],
)  # fmt: skip
def test_what_is_refused_on_the_way_is_told_with_its_place(entry: dict[str, Any], reason: str) -> None:
    with pytest.raises(ItemRejectedError) as told:
        typed.attribute({"a": {"M": {"b": entry}}}, DEEP)
    assert told.value.reason == reason


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"size": {"S": "geheim"}}, "invalid_value: size: column size of 'things' is bigint: expected a whole number"),
        ({"who": {"S": "\ud800"}}, "invalid_value: who: column who of 'things' is string: expected a text that UTF-8"),
        ({"id": {"S": None}}, "missing_value: id: expected a value, found nothing; column id of 'things' may not be"),
    ],
)  # fmt: skip
def test_whatever_a_contracts_own_reader_returns_no_cell_reaches_etl_2_that_it_cannot_take(
    change: dict[str, Any], reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(globals(), "read", careless)
    outcome = Normalizer(THINGS).normalize({"id": {"S": "a"}, "size": {"S": "1"}, "who": {"S": "Ana"}, **change})
    assert isinstance(outcome, Rejected)
    assert outcome.row.reason.startswith(reason)
    assert "geheim" not in outcome.row.reason
