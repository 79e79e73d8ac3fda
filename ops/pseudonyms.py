"""The key of pseudonyms: made here and kept by Systems Manager. Its value is never shown, and goes nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contract.keys import RULE, new_key, read_key
from ops.exits import attention, usage
from ops.platform import Platform

if TYPE_CHECKING:
    from mypy_boto3_ssm.type_defs import PutParameterRequestTypeDef


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


def existing_key(platform: Platform) -> bytes | None:
    """Return the key, or None where the environment has no pseudonymous tables, or none was made.

    Raises:
        OpsError: the parameter holds no key.
    """
    name = platform.names.pseudonym_key
    if not platform.environment.privacy.pseudonymous_tables:
        return None
    try:
        value = platform.ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"]
    except platform.ssm.exceptions.ParameterNotFound:
        return None
    key = read_key(value)
    if key is None:
        message = f"{name} holds no key: one is {RULE}."
        raise attention(message, "Put the right one back: another one makes other pseudonyms.")
    return key


def _put(platform: Platform, *, overwrite: bool) -> None:
    parameter: PutParameterRequestTypeDef = {
        "Name": platform.names.pseudonym_key,
        "Description": "The key of pseudonyms: whoever has it can tell whose a pseudonym is",
        "Type": "SecureString",
        "Value": new_key(),
        "Overwrite": overwrite,
    }
    if platform.environment.encryption.customer_managed_key:
        parameter["KeyId"] = platform.names.key_alias
    platform.ssm.put_parameter(**parameter)
