"""Environments that nobody ships, so that what they would deploy is scanned and tested like what is shipped."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from envs.prod import PROD
from envs.schema import ARROW_ENGINE, GLUE_ENGINE, Environment

#: Of no account.
SOURCE_KEY: Final = "arn:aws:kms:us-east-1:000000000000:key/source"


def _with_other_engines(environment: Environment) -> Environment:
    normalize, etl = environment.normalize, environment.etl
    return replace(
        environment,
        normalize=replace(normalize, extract=replace(normalize.extract, engine=GLUE_ENGINE)),
        etl=replace(etl, transform=replace(etl.transform, engine=ARROW_ENGINE)),
    )


def _with_own_key(environment: Environment) -> Environment:
    """Prod with a key of its own, reading a table whose owner has one, too."""
    keyed = replace(environment, encryption=replace(environment.encryption, customer_managed_key=True))
    return _with_source_key(keyed)


def _with_source_key(environment: Environment) -> Environment:
    return replace(environment, normalize=replace(environment.normalize, source_key_arn=SOURCE_KEY))


def _delivered(environment: Environment) -> Environment:
    return replace(environment, pipeline=replace(environment.pipeline, repository="example@1/platform@2"))


OTHER_ENGINES: Final = "other-engines"
OWN_KEY: Final = "own-key"
OWN_KEY_OTHER_ENGINES: Final = "own-key-other-engines"
#: All of them variants of prod, and named so.
VARIANTS: Final = {
    OTHER_ENGINES: _with_other_engines(PROD),
    OWN_KEY: _with_own_key(PROD),
    OWN_KEY_OTHER_ENGINES: _with_own_key(_with_other_engines(PROD)),
}
#: Prod as it is where GitHub's workflows deploy it, beside which there is the stack of what they act as.
DELIVERED: Final = "delivered"
DELIVERIES: Final = {DELIVERED: _with_source_key(_delivered(PROD))}
#: The argument that asks tools.scan.synthesis for that stack.
PIPELINE: Final = "pipeline"
