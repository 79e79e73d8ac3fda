from __future__ import annotations

from typing import Any

import pytest

from contract.nearest import did_you_mean
from envs.schema import ArrowSettings, CuratedSettings, Environment, LambdaSettings, PipelineSettings
from envs.selection import environment_named
from envs.validation import ConfigurationError
from tests.unit.envs.samples import changed, faults


@pytest.mark.parametrize(
    ("path", "value", "meant"),
    [
        ("etl.transform.engine", "sparc", "'spark'"),
        ("normalize.extract.engine", "Glue", "'glue'"),
        ("normalize.lambda_.log_retention", 29, "30"),
        ("normalize.lambda_.log_retention", 4000, "3653"),
        ("normalize.extract.time_zone", "America/Bogata", "'America/Bogota'"),
        ("contract_name", "ticket", "'tickets'"),
    ],
)
def test_a_wrong_value_is_told_the_nearest_right_one(path: str, value: object, meant: str) -> None:
    (fault,) = faults(changed(path, value))
    assert fault.endswith(f"; did you mean {meant}?")


def test_nothing_is_guessed_where_nothing_is_near() -> None:
    assert did_you_mean("kubernetes", ("lambda", "glue")) == ""
    assert did_you_mean(True, (1, 3)) == ""


@pytest.mark.parametrize(
    ("settings", "name", "said"),
    [
        (LambdaSettings, "timeot", "LambdaSettings has no setting 'timeot'; did you mean 'timeout'?"),
        (ArrowSettings, "memory", "ArrowSettings has no setting 'memory'; did you mean 'memory_size'?"),
        (CuratedSettings, "days", "CuratedSettings has no setting 'days'"),
        (PipelineSettings, "repo", "PipelineSettings has no setting 'repo'"),
        (Environment, "normalise", "Environment has no setting 'normalise'; did you mean 'normalize'?"),
    ],
)
def test_an_unknown_setting_is_told_the_nearest_one(settings: Any, name: str, said: str) -> None:
    with pytest.raises(TypeError) as told:
        settings(**{name: 1})
    assert str(told.value).startswith(said)


def test_an_unknown_environment_is_told_the_nearest_one() -> None:
    with pytest.raises(ConfigurationError, match=r"known are .*; did you mean 'prod'\?"):
        environment_named("prd", {})
