"""What can go wrong while the bucket is written: every step of a run, and every way in which it can fail."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from contract.settings import LambdaVariable
from contract.sources.catia import CONTRACT
from tests.faults import actions
from tests.faults.cases import (
    LARGE,
    S3,
    SAMPLE,
    SILENCE,
    TIME_IS_OVER,
    ByMicroburst,
    ByProxy,
    Case,
    Published,
    Raised,
    error,
    ordinal,
)

_GET: Final = "GetObject"
_CREATE: Final = "CreateMultipartUpload"
_PART: Final = "UploadPart"
_COMPLETE: Final = "CompleteMultipartUpload"
_PUT: Final = "PutObject"
_ABORT: Final = "AbortMultipartUpload"
_DELETE: Final = "DeleteObject"
_LAST: Final = len(CONTRACT.datasets)
_DENIED: Final = "AccessDenied"
_CUT_UPLOAD: Final = {"request": {"cut_upload": {"after_bytes": 1024}}}

_MAY_WRITE: Final = "Allow the run's role s3:PutObject, s3:DeleteObject and s3:AbortMultipartUpload"
_MAY_READ: Final = "Allow the run's role s3:GetObject of reports/privacy/tombstones.json"
_ONCE_GONE: Final = "once the cause is gone, run again"
_RENEW: Final = "Renew the credentials"
_MISSING_BUCKET: Final = "cat-faults-bucket-of-nobody"


@dataclass(frozen=True)
class Step:
    """One step of a run in S3: the request, which of its kind, what S3 refuses it with, and what the run then says."""

    id: str
    text: str
    operation: str
    refusal: tuple[str, int]
    first: int = 1
    table: str = SAMPLE
    error: str = "DestinationError"
    denied: str = _MAY_WRITE


#: All that a run asks of S3, in this order.
STEPS: Final = (
    Step("tombstones", "reading who was erased", _GET, (_DENIED, 403), error="PrivacyError", denied=_MAY_READ),
    Step("opening", "opening an upload", _CREATE, (_DENIED, 403)),
    Step("last-opening", "opening the last of four uploads", _CREATE, (_DENIED, 403), first=_LAST),
    Step("part", "uploading a part", _PART, ("BadDigest", 400)),
    Step("second-part", "uploading the second part", _PART, ("BadDigest", 400), first=2, table=LARGE),
    *(
        Step(
            f"completion-{number}",
            f"completing the {ordinal(number)} of four uploads",
            _COMPLETE,
            ("InvalidPart", 400),
            first=number,
        )
        for number in range(1, _LAST + 1)
    ),
    Step("summary", "writing the run's summary", _PUT, (_DENIED, 403)),
)


def _answers(step: Step, code: str, status: int, times: int | None) -> ByMicroburst | ByProxy:
    """Let the step be answered with an error, by microburst where it can tell the request from others."""
    if step.first == 1 and step.operation in {_CREATE, _PART}:
        return error(S3, step.operation, code, status, times)
    return actions.refused(step.operation, code, status, step.first, times)


def _cases_of(step: Step) -> Iterator[Case]:
    """Yield what can happen to any step."""
    code, status = step.refusal
    yield Case(
        id=f"{step.id}-slowed-down",
        fault=f"S3 asks to slow down for a while: {step.text}",
        made_by=(_answers(step, "SlowDown", 503, times=2),),
        end=Published("The SDK asks again, more slowly"),
        table=step.table,
    )
    yield Case(
        id=f"{step.id}-answer-lost",
        fault=f"S3's answer is lost: {step.text}",
        made_by=(actions.lost_answer(step.operation, step.first),),
        end=Published(),
        table=step.table,
    )
    yield Case(
        id=f"{step.id}-refused",
        fault=f"S3 refuses: {step.text}",
        made_by=(_answers(step, code, status, times=None),),
        end=Raised(step.error, ("s3://{bucket}/", code), step.denied if code == _DENIED else _ONCE_GONE),
        table=step.table,
    )


LASTING: Final = (
    *(
        Case(
            id=f"{name}-never-answered-near-the-deadline",
            fault=f"S3 answers no more, until the function's time runs out: {text}",
            made_by=(ByMicroburst(S3, operation, *SILENCE),),
            end=TIME_IS_OVER,
            time_is_up_at=operation,
            table=LARGE,
            waits=True,
        )
        for name, text, operation in (("opening", "opening an upload", _CREATE), ("part", "uploading a part", _PART))
    ),
    Case(
        id="opening-slowed-down-for-ever",
        fault="S3 asks to slow down and does not stop: opening an upload",
        made_by=(error(S3, _CREATE, "SlowDown", 503),),
        end=Raised("DestinationError", ("s3://{bucket}/", "SlowDown"), "run again later"),
        waits=True,
    ),
    Case(
        id="opening-answers-lost-for-ever",
        fault="S3's answers are lost and go on being lost: opening an upload",
        made_by=(replace(actions.lost_answer(_CREATE), times=None),),
        end=Raised("DestinationError", ("s3://{bucket}/", "Connection"), _ONCE_GONE),
        waits=True,
    ),
    Case(
        id="part-fails-for-ever",
        fault="S3 has internal errors: uploading a part",
        made_by=(error(S3, _PART, "InternalError", 500),),
        end=Raised("DestinationError", ("s3://{bucket}/", "InternalError"), _ONCE_GONE),
        waits=True,
    ),
    Case(
        id="completion-2-fails-for-ever",
        fault="S3 has internal errors: completing the 2nd of four uploads",
        made_by=(actions.refused(_COMPLETE, "InternalError", 500, first=2, times=None),),
        end=Raised("DestinationError", ("s3://{bucket}/", "InternalError"), _ONCE_GONE),
        waits=True,
    ),
    Case(
        id="summary-fails-for-ever",
        fault="S3 has internal errors: writing the run's summary",
        made_by=(actions.refused(_PUT, "InternalError", 500, times=None),),
        end=Raised("DestinationError", ("s3://{bucket}/", "InternalError"), _ONCE_GONE),
        waits=True,
    ),
    Case(
        id="s3-unreachable",
        fault="S3 cannot be reached",
        made_by=(ByMicroburst(S3, None, {"reset": True}, "is reset"),),
        end=Raised("PrivacyError", ("s3://{bucket}/", "Connection"), _ONCE_GONE),
        waits=True,
    ),
)

IN_WORKERS: Final = (
    Case(
        id="part-refused-in-two-processes",
        fault="S3 refuses: uploading a part, from one of two worker processes",
        made_by=(error(S3, _PART, _DENIED, 403),),
        end=Raised("DestinationError", ("s3://{bucket}/", _DENIED), _MAY_WRITE),
        table=LARGE,
        processes=2,
    ),
    Case(
        id="part-answers-lost-in-two-processes",
        fault="S3's answers are lost: uploading parts from two worker processes",
        made_by=(replace(actions.lost_answer(_PART), times=2),),
        end=Published(),
        table=LARGE,
        processes=2,
    ),
)

COMMITTING: Final = (
    Case(
        id="completion-fails-within-success",
        fault="S3 answers 200 and then fails: completing the 2nd of four uploads",
        made_by=(actions.error_within_success(_COMPLETE, "InternalError", first=2),),
        end=Published(),
    ),
    Case(
        id="last-completion-forgotten",
        fault="S3's answer is lost, and when it is asked again it has forgotten the upload: completing the last",
        made_by=(
            actions.lost_answer(_COMPLETE, first=_LAST),
            actions.refused(_COMPLETE, "NoSuchUpload", 404, first=_LAST + 1),
        ),
        end=Raised("DestinationError", ("s3://{bucket}/", "NoSuchUpload"), _ONCE_GONE),
    ),
    Case(
        id="clean-up-answers-lost",
        fault="S3 refuses to complete the 2nd of four uploads, and its answers to the clean-up are lost",
        made_by=(
            actions.refused(_COMPLETE, "InvalidPart", 400, first=2, times=None),
            actions.lost_answer(_ABORT),
            actions.lost_answer(_DELETE),
        ),
        end=Raised("DestinationError", ("s3://{bucket}/", "InvalidPart"), _ONCE_GONE),
    ),
    Case(
        id="clean-up-slowed-down",
        fault="S3 refuses to complete the 2nd of four uploads, and asks to slow down the clean-up",
        made_by=(
            actions.refused(_COMPLETE, "InvalidPart", 400, first=2, times=None),
            actions.refused(_ABORT, "SlowDown", 503, times=2),
            actions.refused(_DELETE, "SlowDown", 503, times=2),
        ),
        end=Raised("DestinationError", ("s3://{bucket}/", "InvalidPart"), _ONCE_GONE),
    ),
    Case(
        id="credentials-expire-between-completions",
        fault="The credentials expire after the 1st of four completions, so that even the clean-up is refused",
        made_by=(
            actions.refused(_COMPLETE, "ExpiredToken", 400, first=2, times=None),
            actions.refused(_ABORT, "ExpiredToken", 400, times=None),
            actions.refused(_DELETE, "ExpiredToken", 400, times=None),
        ),
        end=Raised(
            "DestinationError",
            ("s3://{bucket}/", "ExpiredToken", "Cleaning up after this failure failed too"),
            _RENEW,
            cleaned=False,
        ),
    ),
)

OTHERS: Final = (
    Case(
        id="slow-parts",
        fault="Parts are slow",
        made_by=(ByMicroburst(S3, _PART, {"latency": 1500}, "takes 1.5 s longer"),),
        end=Published("The run takes longer"),
        table=LARGE,
    ),
    Case(
        id="part-reset-while-it-is-sent",
        fault="The connection is reset while a part is sent",
        made_by=(ByMicroburst(S3, _PART, _CUT_UPLOAD, "is reset after 1 KiB of its body", times=1),),
        end=Published(),
    ),
    Case(
        id="s3-denied",
        fault="The function's role may do nothing in the bucket",
        made_by=(error(S3, None, _DENIED, 403),),
        end=Raised("PrivacyError", ("s3://{bucket}/", _DENIED), _MAY_READ),
    ),
    Case(
        id="no-such-bucket",
        fault="The bucket does not exist",
        made_by=(),
        environment={LambdaVariable.S3_BUCKET_NAME: _MISSING_BUCKET},
        environment_text=f"{LambdaVariable.S3_BUCKET_NAME} names a bucket that the emulator does not have",
        end=Raised("PrivacyError", (f"s3://{_MISSING_BUCKET}/",), "Create the bucket in this account, or correct"),
    ),
    Case(
        id="credentials-expired-for-s3",
        fault="The credentials have expired",
        made_by=(error(S3, None, "ExpiredToken", 400),),
        end=Raised("PrivacyError", ("s3://{bucket}/", "ExpiredToken"), _RENEW),
    ),
    Case(
        id="credentials-invalid-for-s3",
        fault="AWS does not know the credentials",
        made_by=(error(S3, None, "InvalidAccessKeyId", 403),),
        end=Raised("PrivacyError", ("s3://{bucket}/", "InvalidAccessKeyId"), "Correct the credentials"),
    ),
)

DESTINATION_CASES: Final = (
    *(case for step in STEPS for case in _cases_of(step)),
    *LASTING,
    *IN_WORKERS,
    *COMMITTING,
    *OTHERS,
)
