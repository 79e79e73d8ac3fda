"""Which engine each ETL has on this machine, and whether what they make is encrypted with a key of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from envs.schema import ARROW_ENGINE, GLUE_ENGINE, LAMBDA_ENGINE, SPARK_ENGINE, Environment
from envs.selection import LOCAL_ENGINE_VARIABLE, LOCAL_OWN_KEY_VARIABLE, LOCAL_TRANSFORM_VARIABLE
from tools.local.errors import DeployError
from tools.local.workspace import CHOICE, Workspace

if TYPE_CHECKING:
    from mypy_boto3_glue import GlueClient
    from mypy_boto3_lambda import LambdaClient

_BY_ENGINE: Final = frozenset((LOCAL_ENGINE_VARIABLE, LOCAL_TRANSFORM_VARIABLE))


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
    """Return the engines of what is deployed, the usual ones where nothing is."""
    clients, names = workspace.clients(), workspace.environment.names
    return Engines(
        GLUE_ENGINE if _is_job(clients.glue, names.normalize_job) else LAMBDA_ENGINE,
        ARROW_ENGINE if _is_function(clients.lambda_, names.etl_function) else SPARK_ENGINE,
    )


def shell_variables(workspace: Workspace) -> dict[str, str]:
    """Return the variables under which ``ops`` and cdktf mean what is deployed here, with its engines."""
    others = {name: value for name, value in workspace.variables().items() if name not in _BY_ENGINE}
    engines = deployed_engines(workspace).variables(workspace.environment)
    return {**others, **{name: value for name, value in engines.items() if name in _BY_ENGINE}}


def _is_function(lambda_: LambdaClient, name: str) -> bool:
    try:
        lambda_.get_function(FunctionName=name)
    except lambda_.exceptions.ResourceNotFoundException:
        return False
    return True


def _is_job(glue: GlueClient, name: str) -> bool:
    try:
        glue.get_job(JobName=name)
    except glue.exceptions.EntityNotFoundException:
        return False
    return True
