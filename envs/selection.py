"""Which environments a command works on, read from the process's environment variables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import envs
from contract.nearest import did_you_mean
from contract.source import ContractError
from contract.sources import contract_named
from envs.discovery import environments_in
from envs.local import LOCAL
from envs.prod import PROD
from envs.schema import Environment
from envs.test import TEST
from envs.validation import ConfigurationError, validated

#: Narrows the choice to one environment, or several with commas between.
CHOICE_VARIABLE = "CAT_ENV"
#: These replace the engine of ETL-1 and of ETL-2 in a local environment, give it a key of its own (true), and name the
#: repository that deploys it, so that one machine can try all.
LOCAL_ENGINE_VARIABLE = "CAT_LOCAL_ENGINE"
LOCAL_TRANSFORM_VARIABLE = "CAT_LOCAL_TRANSFORM"
LOCAL_OWN_KEY_VARIABLE = "CAT_LOCAL_OWN_KEY"
LOCAL_REPOSITORY_VARIABLE = "CAT_LOCAL_REPOSITORY"
#: Gives the environment local another source table: by the name of its contract.
LOCAL_CONTRACT_VARIABLE = "CAT_LOCAL_CONTRACT"
#: Names the one account of an environment, for who keeps account numbers out of the repository.
ACCOUNT_VARIABLE = "CAT_{}_ACCOUNT_ID"
#: The standard variable of every AWS SDK and of Terraform's provider and backend.
ENDPOINT_VARIABLE = "AWS_ENDPOINT_URL"

_LOCAL_CHOICES = {
    LOCAL_ENGINE_VARIABLE: "normalize.extract.engine",
    LOCAL_TRANSFORM_VARIABLE: "etl.transform.engine",
    LOCAL_OWN_KEY_VARIABLE: "encryption.customer_managed_key",
    LOCAL_REPOSITORY_VARIABLE: "pipeline.repository",
}
#: Any other text is the setting itself, which validation judges.
_TRUTHS: Mapping[str, object] = {"true": True, "false": False}

#: What the platform itself is documented, scanned and tested with.
SHIPPED = {environment.name: environment for environment in (TEST, PROD, LOCAL)}
#: And with them whatever else has a module in this folder.
ENVIRONMENTS = {**SHIPPED, **environments_in(envs)}
DEFAULT_CHOICE = (TEST.name, PROD.name)


def environment_named(name: str, variables: Mapping[str, str]) -> Environment:
    """Return the validated environment of that name, bound to the account and endpoint that ``variables`` name, if any.

    Raises:
        ConfigurationError: no such environment, faulty settings, a local one without a loopback endpoint, or an
            account that the environment's file does not allow.
    """
    if name not in ENVIRONMENTS:
        message = f"environment {name!r}: no such environment; known are {', '.join(sorted(ENVIRONMENTS))}"
        message += did_you_mean(name, ENVIRONMENTS)
        raise ConfigurationError(message)
    environment = unbound_environment(name, variables)
    endpoint = variables.get(ENDPOINT_VARIABLE, "")
    if environment.is_local:
        _require_loopback(name, variables)
        for variable, setting in _LOCAL_CHOICES.items():
            if variables.get(variable):
                value = variables[variable]
                environment = _replaced(environment, setting, _TRUTHS.get(value, value))
    environment = _in_one_account(validated(environment), variables)
    return replace(environment, provider=replace(environment.provider, custom_endpoint=bool(endpoint)))


def unbound_environment(name: str, variables: Mapping[str, str]) -> Environment:
    """Return the known environment of that name for its contract, not validated and bound to nothing.

    Raises:
        ConfigurationError: ``variables`` name no sound contract for the environment local.
    """
    return local_environment(variables) if name == LOCAL.name else ENVIRONMENTS[name]


def local_environment(variables: Mapping[str, str]) -> Environment:
    """Return the environment local, for the contract that ``variables`` name, if any.

    Another contract's has no exclusion rules: those of CatIA's are about its users.

    Raises:
        ConfigurationError: there is no such contract, or it contradicts itself.
    """
    name = variables.get(LOCAL_CONTRACT_VARIABLE) or LOCAL.contract_name
    local = ENVIRONMENTS[LOCAL.name]
    if name == local.contract_name:
        return local
    try:
        contract = contract_named(name)
    except ContractError as error:
        raise ConfigurationError(str(error)) from error
    table = local.names.source_table(contract.table)
    extract = replace(local.normalize.extract, exclusion_rules=())
    return replace(
        local,
        contract_name=name,
        normalize=replace(local.normalize, dynamo_table_name=table, extract=extract),
    )


def selected_environments(variables: Mapping[str, str]) -> tuple[Environment, ...]:
    """Return the environments that ``variables`` choose: test and prod unless CAT_ENV narrows them.

    Raises:
        ConfigurationError: as :func:`environment_named`; the faults of all chosen environments are reported together.
    """
    choice = variables.get(CHOICE_VARIABLE, "")
    names = [name.strip() for name in choice.split(",") if name.strip()] or list(DEFAULT_CHOICE)
    environments, faults = [], []
    for name in dict.fromkeys(names):
        try:
            environments.append(environment_named(name, variables))
        except ConfigurationError as error:
            faults.append(str(error))
    if faults:
        raise ConfigurationError("\n".join(faults))
    return tuple(environments)


def account_variable(name: str) -> str:
    """Return the variable that names the account of the environment ``name``."""
    return ACCOUNT_VARIABLE.format(name.upper())


def _in_one_account(environment: Environment, variables: Mapping[str, str]) -> Environment:
    variable = account_variable(environment.name)
    account, allowed = variables.get(variable, ""), environment.provider.allowed_account_ids
    if not account:
        return environment
    if allowed and account not in allowed:
        message = (
            f"{variable} = {account!r}: provider.allowed_account_ids of environment {environment.name!r} is "
            f"{', '.join(allowed)}; name one of them, or change it there"
        )
        raise ConfigurationError(message)
    return validated(_replaced(environment, "provider.allowed_account_ids", (account,)))


def _replaced(settings: Any, path: str, value: object) -> Any:
    """Return ``settings`` with the one at the dotted ``path`` replaced."""
    name, _, rest = path.partition(".")
    return replace(settings, **{name: _replaced(getattr(settings, name), rest, value) if rest else value})


def _require_loopback(name: str, variables: Mapping[str, str]) -> None:
    # Without this, made-up credentials and all, a local deploy would knock at the real AWS. A service's own variable,
    # AWS_ENDPOINT_URL_S3 for example, wins over the common one.
    own = {name: value for name, value in variables.items() if name.startswith(f"{ENDPOINT_VARIABLE}_")}
    for variable, endpoint in {ENDPOINT_VARIABLE: variables.get(ENDPOINT_VARIABLE, ""), **own}.items():
        if not _is_loopback(endpoint):
            message = (
                f"{variable} = {endpoint!r}: the {name} environment needs an endpoint on this machine; "
                "run `make demo`, or set the variables that `python -m tools.local env` prints"
            )
            raise ConfigurationError(message)


def _is_loopback(endpoint: str) -> bool:
    try:
        host = urlsplit(endpoint).hostname or ""
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
