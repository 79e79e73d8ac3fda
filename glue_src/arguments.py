"""What ETL-2 is told: the Glue job's arguments, or the function's environment variables, typed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from glue_src.exceptions import ArgumentsError
from modules.contract.settings import TRANSFORM_ARGUMENTS, TRANSFORM_VARIABLES, TransformArgument
from modules.contract.source import ContractError, SourceContract
from sources import contract_named

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True)
class Arguments:
    """Where ETL-2 reads, writes and registers, and by which rules it publishes; prefixes end in ``/``."""

    bucket: str
    clean_prefix: str
    curated_prefix: str
    database: str
    environment: str
    most_rejected_share: float
    metrics_namespace: str
    contract: SourceContract


def parse_arguments(argv: Sequence[str]) -> Arguments:
    """Return the arguments that Glue passed to the script (``argv`` as in ``sys.argv``).

    Raises:
        awsglue.utils.GlueArgumentError: an argument is missing.
        ArgumentsError: one has a value that it may not have.
    """
    from awsglue.utils import getResolvedOptions  # noqa: PLC0415 - Glue has it, the function has not

    options = getResolvedOptions(list(argv), list(TRANSFORM_ARGUMENTS))
    return _arguments(options, {name: f"--{name}" for name in TRANSFORM_ARGUMENTS})


def read_variables(variables: Mapping[str, str]) -> Arguments:
    """Return what the function's environment says.

    Raises:
        ArgumentsError: a variable is missing, or has a value that it may not have.
    """
    missing = [variable for variable in TRANSFORM_VARIABLES.values() if variable not in variables]
    if missing:
        message = f"environment variables are missing: {', '.join(missing)}. Deploy the stack again."
        raise ArgumentsError(message)
    values = {name: variables[variable] for name, variable in TRANSFORM_VARIABLES.items()}
    return _arguments(values, TRANSFORM_VARIABLES)


def _arguments(values: Mapping[str, str], shown: Mapping[str, str]) -> Arguments:
    """Return what ``values`` says; ``shown`` has the names by which errors call them."""
    for name in (TransformArgument.CLEAN_PREFIX, TransformArgument.CURATED_PREFIX):
        if not values[name].endswith("/"):
            message = f"{shown[name]} is {values[name]!r}: a prefix ends in '/'. Write {values[name] + '/'!r}."
            raise ArgumentsError(message)
    return Arguments(
        bucket=values[TransformArgument.BUCKET],
        clean_prefix=values[TransformArgument.CLEAN_PREFIX],
        curated_prefix=values[TransformArgument.CURATED_PREFIX],
        database=values[TransformArgument.DATABASE],
        environment=values[TransformArgument.ENVIRONMENT],
        most_rejected_share=_share(
            shown[TransformArgument.MOST_REJECTED_SHARE], values[TransformArgument.MOST_REJECTED_SHARE]
        ),
        metrics_namespace=values[TransformArgument.METRICS_NAMESPACE],
        contract=_contract(shown[TransformArgument.CONTRACT], values[TransformArgument.CONTRACT]),
    )


def _share(name: str, text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        message = f"{name} is {text!r}: a share is a number from 0 to 1. Write 0.05 for five of a hundred."
        raise ArgumentsError(message)
    return share


def _contract(name: str, text: str) -> SourceContract:
    try:
        return contract_named(text)
    except ContractError as error:
        message = f"{name} is {text!r}: {error}. Correct the environment's contract_name and deploy it."
        raise ArgumentsError(message) from error
