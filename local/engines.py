"""Which engine each ETL has on this machine, and whether what they make is encrypted with a key of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from envs.schema import LAMBDA_ENGINE, SPARK_ENGINE
from envs.selection import LOCAL_ENGINE_VARIABLE, LOCAL_OWN_KEY_VARIABLE, LOCAL_TRANSFORM_VARIABLE
from local.workspace import CHOICE, ENVIRONMENT


@dataclass(frozen=True)
class Engines:
    """What the local environment is deployed with: the engines of ETL-1 and of ETL-2, and a KMS key or none."""

    extract: str = LAMBDA_ENGINE
    transform: str = SPARK_ENGINE
    own_key: bool = False

    def variables(self) -> dict[str, str]:
        """Return the variables by which main.py builds just that; what goes without saying is left out."""
        choices = {
            LOCAL_ENGINE_VARIABLE: (self.extract, DEFAULT.extract),
            LOCAL_TRANSFORM_VARIABLE: (self.transform, DEFAULT.transform),
            LOCAL_OWN_KEY_VARIABLE: (str(self.own_key).lower(), str(DEFAULT.own_key).lower()),
        }
        chosen = {variable: value for variable, (value, default) in choices.items() if value != default}
        return {CHOICE: ENVIRONMENT, **chosen}


DEFAULT: Final = Engines()
