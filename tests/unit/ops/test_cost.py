from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from ops.cost import athena_cost, crawler_cost, function_cost, job_cost, reading_cost, storage_costs
from ops.invocations import Invocation
from ops.prices import GIGABYTE, LIST_PRICES, TERABYTE
from ops.stored import Stock, Stored
from tests.unit.docs.computed import ComputedDocument
from tests.unit.ops.runs import run

AT = datetime(2026, 1, 31, tzinfo=UTC)


def test_prices_are_those_of_the_documents() -> None:
    lake = ComputedDocument("lake-costs.md").given()
    scaling = ComputedDocument("scaling.md").given()
    assert LIST_PRICES.lambda_gigabyte_second == lake["Lambda, $ per GB-second"] == scaling["Lambda, $ per GB-second"]
    assert LIST_PRICES.glue_dpu_hour == lake["Glue, $ per DPU-hour; a minute at least"]
    assert LIST_PRICES.s3_thousand_writes == lake["S3, $ per 1,000 writes"]
    assert LIST_PRICES.athena_terabyte == lake["Athena, $ per TB read"]
    assert LIST_PRICES.athena_least_bytes == lake["Athena: least bytes of a query, MB"] * 2**20
    assert LIST_PRICES.dynamodb_million_read_units == scaling["on-demand, $ per million read units"]
    text = ComputedDocument("lake-costs.md").words()
    assert f"List prices in {LIST_PRICES.region} without free tiers, looked up in {LIST_PRICES.looked_up}" in text


def test_a_function_costs_by_what_was_billed() -> None:
    runs = [Invocation("1", AT, "SUCCEEDED", 100.0, 2048), Invocation("2", AT, "RUNNING")]
    found = function_cost("ETL-1", runs, LIST_PRICES)
    assert (found.usage, found.note) == (200.0, "invocations in the log: 1")
    assert found.dollars == pytest.approx(0.00333334)


def test_a_job_costs_a_minute_at_least() -> None:
    runs: list[Any] = [
        {"WorkerType": "G.2X", "NumberOfWorkers": 4, "ExecutionTime": 3600},
        {"WorkerType": "G.1X", "NumberOfWorkers": 2, "ExecutionTime": 5},
        {"WorkerType": "G.1X", "NumberOfWorkers": 2, "ExecutionTime": 0},
    ]
    found = job_cost("ETL-2", runs, LIST_PRICES)
    assert found.usage == 8 * 3600 + 2 * 60
    assert found.dollars == pytest.approx((8 + 2 / 60) * 0.44)


def test_other_components() -> None:
    assert crawler_cost([0.5, 0.25], LIST_PRICES).dollars == pytest.approx(0.33)
    assert athena_cost([TERABYTE, 1], LIST_PRICES).dollars == pytest.approx(5 + 10 / 2**20 * 5)
    since = run(2).started_at
    assert reading_cost([run(3), run(2), run(1)], since, LIST_PRICES).usage == 256.0
    assert athena_cost([], LIST_PRICES).dollars == 0


def test_storage_is_told_by_what_it_is_for() -> None:
    found = Stored({Stock.CURRENT: 3 * GIGABYTE, Stock.HISTORY: GIGABYTE}, written=2000)
    *kept, writes = storage_costs(found, LIST_PRICES)
    assert {cost.component: cost.dollars for cost in kept} == pytest.approx(
        {"S3: tables, current rows": 0.069, "S3: tables, history": 0.023}
    )
    assert writes.dollars == pytest.approx(0.01)
