"""Which engine each ETL has on this machine, and whether what they make is encrypted with a key of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from envs.schema import ARROW_ENGINE, GLUE_ENGINE, LAMBDA_ENGINE, SPARK_ENGINE, Environment
from envs.selection import LOCAL_ENGINE_VARIABLE, LOCAL_OWN_KEY_VARIABLE, LOCAL_TRANSFORM_VARIABLE
from tools.local.errors import DeployError
from tools.local.workspace import CHOICE, Workspace

if TYPE_CHECKING:
    from mypy_boto3_glue import GlueClient


@dataclass(frozen=True)
class Engines:
    """What an environment is deployed with: the engines of ETL-1 and of ETL-2, and a KMS key or none."""

    extract: str = LAMBDA_ENGINE
    transform: str = SPARK_ENGINE
    own_key: bool = False

    @classmethod
    def of(cls, environment: Environment) -> Engines:
        """Return what the environment's own file says."""
        return cls(
            environment.normalize.extract.engine,
            environment.etl.transform.engine,
            environment.encryption.customer_managed_key,
        )

    def variables(self, environment: Environment) -> dict[str, str]:
        """Return the variables by which main.py builds the environment just so; what its file says is left out.

        Raises:
            DeployError: its file says otherwise, and only local environments listen to variables.
        """
        own = Engines.of(environment)
        choices = {
            LOCAL_ENGINE_VARIABLE: (self.extract, own.extract),
            LOCAL_TRANSFORM_VARIABLE: (self.transform, own.transform),
            LOCAL_OWN_KEY_VARIABLE: (str(self.own_key).lower(), str(own.own_key).lower()),
        }
        chosen = {variable: value for variable, (value, default) in choices.items() if value != default}
        if chosen and not environment.is_local:
            message = f"{environment.name} is deployed with {own}, as envs/ says; {self} has to be set there."
            raise DeployError(message)
        return {CHOICE: environment.name, **chosen}


def deployed_engines(workspace: Workspace) -> Engines:
    """Return the engines of what is deployed: an ETL for which Glue has no job is a function."""
    glue, names = workspace.clients().glue, workspace.environment.names
    return Engines(
        GLUE_ENGINE if _is_job(glue, names.normalize_job) else LAMBDA_ENGINE,
        SPARK_ENGINE if _is_job(glue, names.glue_job) else ARROW_ENGINE,
    )


def _is_job(glue: GlueClient, name: str) -> bool:
    try:
        glue.get_job(JobName=name)
    except glue.exceptions.EntityNotFoundException:
        return False
    return True
