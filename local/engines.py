"""Which engine each ETL has on this machine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from envs.schema import LAMBDA_ENGINE, SPARK_ENGINE
from envs.selection import LOCAL_ENGINE_VARIABLE, LOCAL_TRANSFORM_VARIABLE
from local.workspace import CHOICE, ENVIRONMENT


@dataclass(frozen=True)
class Engines:
    """The engines that the local environment is deployed with: ``extract`` is ETL-1's, ``transform`` ETL-2's."""

    extract: str = LAMBDA_ENGINE
    transform: str = SPARK_ENGINE

    def variables(self) -> dict[str, str]:
        """Return the variables by which main.py builds just that; what goes without saying is left out."""
        engines = {
            LOCAL_ENGINE_VARIABLE: (self.extract, DEFAULT.extract),
            LOCAL_TRANSFORM_VARIABLE: (self.transform, DEFAULT.transform),
        }
        chosen = {variable: engine for variable, (engine, default) in engines.items() if engine != default}
        return {CHOICE: ENVIRONMENT, **chosen}


DEFAULT: Final = Engines()
