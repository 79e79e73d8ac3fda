"""The key of pseudonyms: made here and kept by Systems Manager. Its value is never shown, and goes nowhere else."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from contract.datasets import Column, DataClass
from contract.masking import KEY_BYTES, Mask, pseudonymous_datasets, read_key
from ops.exits import attention, usage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mypy_boto3_ssm.type_defs import PutParameterRequestTypeDef

    from contract.source import SourceContract
    from ops.platform import Platform


def check_wanted(platform: Platform) -> None:
    """Return if the environment has pseudonymous tables.

    Raises:
        OpsError: it has none.
    """
    if platform.environment.privacy.pseudonymous_tables:
        return
    message = f"{platform.environment.name} has no pseudonymous tables."
    raise usage(message, "Set privacy.pseudonymous_tables in envs/ and deploy, if it is to have them.")


def has_key(platform: Platform) -> bool:
    """Tell whether there is a key; it is not read."""
    wanted = [{"Key": "Name", "Option": "Equals", "Values": [platform.names.pseudonym_key]}]
    return bool(platform.ssm.describe_parameters(ParameterFilters=wanted)["Parameters"])  # type: ignore[arg-type]


def make_key(platform: Platform) -> None:
    """Make the first key.

    Raises:
        OpsError: there is one already; it stays as it is.
    """
    try:
        _put(platform, overwrite=False)
    except platform.ssm.exceptions.ParameterAlreadyExists:
        name, env = platform.names.pseudonym_key, platform.environment.name
        message = f"{name} is there already, and stays as it is."
        raise attention(
            message, f"For another one, and so other pseudonyms: python -m ops pseudonyms rotate-key --env {env}"
        ) from None


def rotate_key(platform: Platform) -> None:
    """Put another key in the place of the present one."""
    _put(platform, overwrite=True)


def pseudonyms_of(platform: Platform, users: Sequence[str]) -> tuple[str, ...]:
    """Return what the pseudonymous tables call people, in their order.

    None where the environment has no such tables, and none where there is no key: ETL-2 fills no table without it.

    Raises:
        OpsError: the parameter holds no key.
    """
    contract, name = platform.environment.contract, platform.names.pseudonym_key
    if not platform.environment.privacy.pseudonymous_tables:
        return ()
    try:
        value = platform.ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"]
    except platform.ssm.exceptions.ParameterNotFound:
        return ()
    key = read_key(value)
    if key is None:
        message = f"{name} holds no key: one is 64 hexadecimal digits."
        raise attention(message, "Put the right one back: another one makes other pseudonyms.")
    mask, column = Mask(contract.name, key), identifier_of(contract)
    return tuple(mask.pseudonym(column, user) for user in users) if column else ()


def identifier_of(contract: SourceContract) -> Column | None:
    """Return the column by which the pseudonymous tables tell people apart, or None where they tell nobody's rows."""
    columns = [column for dataset in pseudonymous_datasets(contract) for column in dataset.columns]
    return next((column for column in columns if column.data_class is DataClass.IDENTIFIER), None)


def _put(platform: Platform, *, overwrite: bool) -> None:
    parameter: PutParameterRequestTypeDef = {
        "Name": platform.names.pseudonym_key,
        "Description": "The key of pseudonyms: whoever has it can tell whose a pseudonym is",
        "Type": "SecureString",
        "Value": secrets.token_hex(KEY_BYTES),
        "Overwrite": overwrite,
    }
    if platform.environment.encryption.customer_managed_key:
        parameter["KeyId"] = platform.names.key_alias
    platform.ssm.put_parameter(**parameter)
