"""What a day's run cost, by each of ETL-1's engines."""

from __future__ import annotations

from dataclasses import replace

import pytest

from envs.prod import PROD
from envs.schema import GLUE_ENGINE, NormalizeSettings
from ops.prices import GIGABYTE, LIST_PRICES, Cost
from ops.report.cost import costs
from tests.unit.ops.report import samples


def with_glue() -> NormalizeSettings:
    settings = PROD.normalize
    glue = replace(settings.extract.glue, worker_type="G.1X", number_of_workers=3)
    return replace(settings, extract=replace(settings.extract, engine=GLUE_ENGINE, glue=glue))


def costs_of(settings: NormalizeSettings, seconds: int) -> dict[str, Cost]:
    run = samples.run(samples.DAY, seconds=seconds)
    return {cost.component: cost for cost in costs(run, settings, GIGABYTE, LIST_PRICES)}


def test_the_function_costs_its_memory_for_as_long_as_the_run_took() -> None:
    found = costs_of(replace(PROD.normalize, lambda_=replace(PROD.normalize.lambda_, memory_size=2048)), 75)
    assert (found["function"].usage, found["function"].unit) == (150, "GB-seconds")
    assert found["function"].dollars == pytest.approx(150 * 0.0000166667)
    assert found["reading"].dollars == pytest.approx(1234.5e-6 * 0.125)
    assert found["storage"].dollars == 0.023


@pytest.mark.parametrize(("seconds", "billed"), [(5, 60), (90, 90)])
def test_the_job_costs_its_workers_for_a_minute_at_least(seconds: int, billed: int) -> None:
    found = costs_of(with_glue(), seconds)["job"]
    assert (found.usage, found.unit) == (3 * billed, "DPU-seconds")
    assert found.dollars == pytest.approx(3 * billed / 3600 * 0.44)
