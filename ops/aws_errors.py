"""What AWS and its SDK refuse, told as what to do: one table, by error code or by the SDK's own exceptions."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from botocore import exceptions as sdk
from botocore.exceptions import BotoCoreError, ClientError

from ops.exits import Exit, OpsError

_NEW_CREDENTIALS: Final = (
    "Sign in anew (aws sso login, or new keys in AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN) and "
    "repeat."
)
_SOME_CREDENTIALS: Final = "Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and repeat."
_UNREACHABLE: Final = (
    "Is there a network, a proxy that lets AWS through, and is AWS_ENDPOINT_URL unset or the right one? Then repeat."
)


@dataclass(frozen=True)
class Refusal:
    """One kind of refusal: the AWS error codes that mean it, the SDK's exceptions that do, what it is and what to do.

    ``{env}``, ``{region}`` and ``{operation}`` stand for the command's own.
    """

    kind: str
    codes: Collection[str]
    exceptions: tuple[type[BotoCoreError], ...]
    meaning: str
    remedy: str


REFUSALS: Final = (
    Refusal(
        "credentials expired",
        ("ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"),
        (sdk.SSOTokenLoadError, sdk.UnauthorizedSSOTokenError, sdk.TokenRetrievalError),
        "The AWS credentials have expired.",
        _NEW_CREDENTIALS,
    ),
    Refusal(
        "credentials missing",
        (),
        (
            sdk.NoCredentialsError,
            sdk.PartialCredentialsError,
            sdk.CredentialRetrievalError,
            sdk.ProfileNotFound,
            sdk.InvalidConfigError,
        ),
        "No usable AWS credentials were found.",
        _SOME_CREDENTIALS,
    ),
    Refusal(
        "credentials wrong",
        (
            *("InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId", "AuthFailure"),
            *("SignatureDoesNotMatch", "InvalidSignatureException", "MissingAuthenticationToken"),
            *("IncompleteSignature", "MissingAuthenticationTokenException"),
        ),
        (),
        "AWS does not know these credentials.",
        "Are they the ones of {env}'s account, copied whole, and is this machine's clock right? " + _SOME_CREDENTIALS,
    ),
    Refusal(
        "region",
        (
            *("PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException"),
            *("InvalidRegionException", "OptInRequired", "301"),
        ),
        (sdk.NoRegionError, sdk.InvalidRegionError),
        "That is in another region than {region}.",
        "provider.region in envs/{env}.py must be where {env} is deployed.",
    ),
    Refusal(
        "permission",
        (
            *("AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError", "403"),
            *("Forbidden", "NotAuthorized", "UnauthorizedException", "KMSAccessDeniedException", "AllAccessDisabled"),
        ),
        (),
        "These credentials may not do {operation}.",
        "Have IAM allow it, or take the role that operates {env} (python -m ops doctor --env {env} shows whose "
        "credentials these are).",
    ),
    Refusal(
        "bucket",
        ("NoSuchBucket",),
        (),
        "{env}'s bucket does not exist.",
        "Deploy cat-{env}-normalize, or take the credentials of {env}'s account.",
    ),
    Refusal(
        "resource",
        (
            *("ResourceNotFoundException", "EntityNotFoundException", "NoSuchKey", "NotFoundException", "404"),
            *("AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist", "NotFound", "ResourceNotFound"),
        ),
        (),
        "That does not exist in {env}.",
        "Deploy both stacks of {env} from one commit, or take the credentials of {env}'s account.",
    ),
    Refusal(
        "throttling",
        (
            *("Throttling", "ThrottlingException", "ThrottledException", "TooManyRequestsException", "SlowDown"),
            *("RequestLimitExceeded", "ProvisionedThroughputExceededException", "LimitExceededException"),
            *("ConcurrentRunsExceededException", "ResourceNumberLimitExceededException", "RequestThrottled"),
        ),
        (),
        "AWS throttles these requests, or a quota is used up.",
        "Wait a minute and repeat; if it stays so, look at the account's quotas.",
    ),
    Refusal(
        "endpoint",
        (),
        (
            *(sdk.EndpointConnectionError, sdk.ConnectTimeoutError, sdk.ProxyConnectionError, sdk.SSLError),
            *(sdk.ConnectionClosedError, sdk.ReadTimeoutError, sdk.HTTPClientError, sdk.ConnectionError),
        ),
        "AWS could not be reached.",
        _UNREACHABLE,
    ),
    Refusal(
        "service",
        ("InternalError", "InternalServerError", "InternalServerException", "ServiceUnavailable", "500", "503"),
        (),
        "AWS itself is having trouble.",
        "Repeat in some minutes; https://health.aws.amazon.com says what is going on.",
    ),
)
_OTHERWISE: Final = Refusal(
    "other", (), (), "AWS refused {operation}.", "Its own words are above; the runbook may know more: docs/runbook.md."
)


def code_of(error: ClientError) -> str:
    """Return the AWS error code, such as ``NoSuchBucket``."""
    return str(error.response.get("Error", {}).get("Code", ""))


def refusal_of(error: BotoCoreError | ClientError) -> Refusal:
    """Return the row of the table that an error belongs to."""
    if isinstance(error, ClientError):
        code = code_of(error)
        return next((row for row in REFUSALS if code in row.codes), _OTHERWISE)
    return next((row for row in REFUSALS if isinstance(error, row.exceptions)), _OTHERWISE)


def explained(error: BotoCoreError | ClientError, env: str, region: str) -> OpsError:
    """Return the SDK's error as one that says what to do; the SDK's own words come first."""
    refusal = refusal_of(error)
    named = isinstance(error, ClientError) and error.operation_name
    words = {"env": env, "region": region, "operation": named or "that"}
    said = f"{str(error).rstrip('.')}."
    return OpsError(Exit.AWS, f"{refusal.meaning.format(**words)} {said}", refusal.remedy.format(**words))


def is_absence(error: ClientError) -> bool:
    """Tell whether AWS says that something does not exist."""
    return refusal_of(error).kind in {"resource", "bucket"}


def in_a_line(error: BotoCoreError | ClientError, env: str, region: str) -> str:
    """Return the SDK's own words, or, of what is about who asks or the way to AWS, what operators are told of it."""
    kind = refusal_of(error).kind
    if not kind.startswith("credentials") and kind != "endpoint":
        return str(error)
    told = explained(error, env, region)
    return f"{told.message} {told.remedy}"


def is_local(error: ClientError) -> bool:
    """Tell whether an error concerns one request only, so that another one may well be answered."""
    return refusal_of(error).kind in {"permission", "resource", "other"}
