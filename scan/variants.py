"""Environments that nobody ships, so that what they would deploy is scanned and tested like what is shipped."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from envs.prod import PROD
from envs.schema import ARROW_ENGINE, GLUE_ENGINE, Environment


def _with_other_engines(environment: Environment) -> Environment:
    normalize, etl = environment.normalize, environment.etl
    return replace(
        environment,
        normalize=replace(normalize, extract=replace(normalize.extract, engine=GLUE_ENGINE)),
        etl=replace(etl, transform=replace(etl.transform, engine=ARROW_ENGINE)),
    )


OTHER_ENGINES: Final = "other-engines"
#: All of them variants of prod, and named so.
VARIANTS: Final = {OTHER_ENGINES: _with_other_engines(PROD)}
