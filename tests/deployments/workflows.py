"""Who deploys: the roles that GitHub's workflows assume, by a token as GitHub would sign it."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from modules.ci.stack import AUDIENCE, ISSUER, MAIN
from tools.local.assumed_role import session_variables

if TYPE_CHECKING:
    from mypy_boto3_sts import STSClient

REPOSITORY: Final = "example@1/platform@2"
#: What a token says of the workflow that plans main every night, and of the one that deploys.
PLANS: Final = f"repo:{REPOSITORY}:ref:{MAIN}"
DEPLOYS: Final = f"repo:{REPOSITORY}:environment:local"


def variables_of(sts: STSClient, role_arn: str, subject: str) -> Mapping[str, str]:
    """Return the variables under which commands act as a role that a workflow has assumed."""
    answer = sts.assume_role_with_web_identity(
        RoleArn=role_arn, RoleSessionName="workflow", WebIdentityToken=_token(subject)
    )
    return session_variables(answer["Credentials"])


def _token(subject: str) -> str:
    claims = {"iss": f"https://{ISSUER}", "aud": AUDIENCE, "sub": subject}
    # No emulator asks GitHub for its keys.
    return ".".join((_part({"alg": "RS256", "typ": "JWT"}), _part(claims), "c2lnbmVk"))


def _part(content: Mapping[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")
