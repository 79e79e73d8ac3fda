"""How the fork's stacks differ from ours, and why: each difference is in every stack, and there is no other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from local.terraform_mirror import AWS_PROVIDER_VERSION


@dataclass(frozen=True)
class Expected:
    """A difference that is known: where it is in a stack's JSON, both values, and its reason."""

    path: str
    ours: Any
    theirs: Any
    reason: str


#: What cdktn-provider-aws (requirements-fork.txt) binds.
FORK_PROVIDER_VERSION: Final = "6.69.1"

EXPECTED: Final = (
    Expected(
        "terraform.required_providers.aws.version",
        AWS_PROVIDER_VERSION,
        FORK_PROVIDER_VERSION,
        "The version that the bindings are made from.",
    ),
    Expected(
        "terraform.required_providers.aws.source",
        "aws",
        "hashicorp/aws",
        "The same provider: Terraform reads a name without a namespace as one of hashicorp's.",
    ),
)
