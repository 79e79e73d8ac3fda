"""The environment variables that point boto3, Terraform and cdktf at the emulator, and at nothing else.

All of them read the same standard variables
(https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html), so none of them needs code of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from typing import Final

REGION: Final = "us-east-1"
#: Made up: the emulator takes any, and the real AWS knows none of them.
CREDENTIALS: Final = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}

#: PyIceberg does not take AWS_ENDPOINT_URL for S3. It takes this, for the catalog ``glue`` of the analyst's guide.
PYICEBERG_S3: Final = "PYICEBERG_CATALOG__GLUE__S3__ENDPOINT"

LOOPBACK_HOSTS: Final = "127.0.0.1,localhost"
NO_PROXY: Final = ("NO_PROXY", "no_proxy")

#: The machine's own profiles and instance role must not even be read.
ISOLATION: Final = {
    "AWS_CONFIG_FILE": "/dev/null",
    "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
    "AWS_EC2_METADATA_DISABLED": "true",
}

#: Not a setting of an account: the machine's certificate authorities.
HARMLESS: Final = frozenset({"AWS_CA_BUNDLE"})


def emulator_variables(endpoint_url: str) -> dict[str, str]:
    """Return the variables under which every AWS client talks to the emulator at ``endpoint_url``."""
    return {
        "AWS_ENDPOINT_URL": endpoint_url,
        PYICEBERG_S3: endpoint_url,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        **CREDENTIALS,
        **ISOLATION,
        **dict.fromkeys(NO_PROXY, LOOPBACK_HOSTS),
    }


def without_aws(environment: Mapping[str, str]) -> dict[str, str]:
    """Return a copy without any account, profile, endpoint or region of AWS."""
    return {name: value for name, value in environment.items() if not name.startswith("AWS_") or name in HARMLESS}


def emulator_environment(
    endpoint_url: str, environment: Mapping[str, str], athena_url: str | None = None
) -> dict[str, str]:
    """Return ``environment`` with AWS meaning the emulator at ``endpoint_url``, and Athena what is at another."""
    athena = {"AWS_ENDPOINT_URL_ATHENA": athena_url} if athena_url else {}
    return {**without_aws(environment), **emulator_variables(endpoint_url), **athena}


def forget_accounts(environment: MutableMapping[str, str]) -> None:
    """Take this machine's AWS accounts, profiles and endpoints out of ``environment`` itself."""
    for name in environment.keys() - without_aws(environment).keys():
        del environment[name]
    environment.update(ISOLATION)
