"""What can go wrong while the source table is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from contract.settings import LambdaVariable
from tests.faults import actions
from tests.faults.cases import (
    DYNAMODB,
    LARGE,
    SILENCE,
    TIME_IS_OVER,
    ByMicroburst,
    Case,
    Published,
    Raised,
    error,
)

_SCAN: Final = "Scan"
_DESCRIBE: Final = "DescribeTable"
_THROTTLED: Final = "ProvisionedThroughputExceededException"
_MISSING_TABLE: Final = "cat-faults-table-of-nobody"

_MORE_CAPACITY: Final = "Raise the table's read capacity"
_MAY_SCAN: Final = "Allow the run's role dynamodb:Scan on the table, and kms:Decrypt"
_ONCE_GONE: Final = "once the cause is gone, run again"

_HALF_A_PAGE: Final = {"response": {"abort_frac": 0.5}}
_SHORT_PAGE: Final = {"response": {"truncate_frac": 0.5}}
_WRONG_CRC: Final = {"response": {"set_headers": {"x-amz-crc32": "1"}}}
_GARBLED: Final = {"response": {"corrupt_bytes": 50}}


def _page(effect: Mapping[str, object], text: str, times: int | None = 1) -> ByMicroburst:
    return ByMicroburst(DYNAMODB, _SCAN, effect, text, times)


PASSING: Final = (
    Case(
        id="scan-throttled-then-calm",
        fault="The table is throttled for a while",
        made_by=(error(DYNAMODB, _SCAN, _THROTTLED, 400, times=3),),
        end=Published("The SDK asks again, more slowly", retried=3, throttled=3),
    ),
    Case(
        id="scan-throttled-in-four-segments",
        fault="The table is throttled for a while; four segments are read",
        made_by=(error(DYNAMODB, _SCAN, "ThrottlingException", 400, times=4),),
        end=Published("The SDK asks again, more slowly", retried=4, throttled=4),
        segments="4",
    ),
    Case(
        id="scan-throttled-in-two-processes",
        fault="The table is throttled for a while; two processes read it",
        made_by=(error(DYNAMODB, _SCAN, _THROTTLED, 400, times=4),),
        end=Published("The SDK asks again, more slowly", retried=4, throttled=4),
        processes=2,
    ),
    Case(
        id="scan-internal-error",
        fault="DynamoDB has an internal error",
        made_by=(error(DYNAMODB, _SCAN, "InternalServerError", 500, times=2),),
        end=Published(retried=2),
    ),
    Case(
        id="scan-unavailable",
        fault="DynamoDB is unavailable for a moment",
        made_by=(error(DYNAMODB, _SCAN, "ServiceUnavailable", 503, times=2),),
        end=Published(retried=2),
    ),
    Case(
        id="describe-throttled",
        fault="DynamoDB throttles the question for the table's size",
        made_by=(error(DYNAMODB, _DESCRIBE, "ThrottlingException", 400, times=2),),
        end=Published(),
    ),
    Case(
        id="scan-reset",
        fault="The connection is reset before a page comes",
        made_by=(_page({"reset": True}, "is reset", times=2),),
        end=Published(retried=2),
    ),
    Case(
        id="scan-answer-lost",
        fault="A page is lost on its way",
        made_by=(actions.lost_answer(_SCAN, first=2),),
        end=Published(retried=1),
    ),
    Case(
        id="page-reset-in-the-middle",
        fault="The connection is reset in the middle of a page",
        made_by=(_page(_HALF_A_PAGE, "is reset after half of its answer"),),
        end=Published(retried=1),
    ),
    Case(
        id="page-cut-short",
        fault="A page ends before its stated length",
        made_by=(actions.cut_body(_SCAN, first=2),),
        end=Published(retried=1),
    ),
    Case(
        id="page-truncated",
        fault="A page arrives in good form, but only half of it",
        made_by=(_page(_SHORT_PAGE, "answers half of the page, with an end in good order"),),
        end=Published(retried=1),
    ),
    Case(
        id="page-garbled",
        fault="A page arrives with garbled bytes",
        made_by=(_page(_GARBLED, "answers a page with 50 wrong bytes"),),
        end=Published(retried=1),
    ),
    Case(
        id="page-falsified",
        fault="A page arrives readable, but with other data than were sent",
        made_by=(actions.falsified(_SCAN, first=2),),
        end=Published(retried=1),
    ),
    Case(
        id="wrong-crc-once",
        fault="A page does not have the checksum that DynamoDB states",
        made_by=(_page(_WRONG_CRC, "answers a wrong x-amz-crc32"),),
        end=Published(retried=1),
    ),
    Case(
        id="slow-pages",
        fault="Pages are slow",
        made_by=(_page({"latency": 400}, "takes 400 ms longer", times=None),),
        end=Published("The run takes longer"),
    ),
    Case(
        id="page-that-never-comes",
        fault="DynamoDB does not answer a request",
        made_by=(_page({"timeout_ms": 60_000}, "is not answered for 60 s"),),
        end=Published("After 20 s the SDK asks again", retried=1),
        waits=True,
    ),
)

_FOR_EVER: Final = Case(
    id="scan-throttled-for-ever",
    fault="The table is throttled and stays so",
    made_by=(error(DYNAMODB, _SCAN, _THROTTLED, 400),),
    end=Raised("SourceError", ("{table}", _THROTTLED), _MORE_CAPACITY),
    waits=True,
)
_OUT_OF_TIME: Final = replace(
    _FOR_EVER,
    id="throttled-near-the-deadline",
    fault="The table is throttled and stays so, until the function's time runs out",
    end=TIME_IS_OVER,
    time_is_up_at=_SCAN,
)

LASTING: Final = (
    _FOR_EVER,
    Case(
        id="wrong-crc-for-ever",
        fault="No page has the checksum that DynamoDB states",
        made_by=(_page(_WRONG_CRC, "answers a wrong x-amz-crc32", times=None),),
        end=Raised("SourceError", ("{table}", "does not match its checksum"), "run again"),
        waits=True,
    ),
    Case(
        id="page-falsified-for-ever",
        fault="Pages arrive readable, but with other data than were sent",
        made_by=(actions.falsified(_SCAN, first=2, times=None),),
        end=Raised("SourceError", ("{table}", "does not match its checksum"), "run again"),
        waits=True,
    ),
    Case(
        id="scan-reset-for-ever",
        fault="DynamoDB cannot be reached",
        made_by=(_page({"reset": True}, "is reset", times=None),),
        end=Raised("SourceError", ("{table}", "Connection"), _ONCE_GONE),
        waits=True,
    ),
    _OUT_OF_TIME,
    replace(
        _OUT_OF_TIME,
        id="throttled-near-the-deadline-in-two-processes",
        fault="The table is throttled and stays so, until the function's time runs out; two processes read it",
        processes=2,
    ),
    Case(
        id="size-never-told-near-the-deadline",
        fault="DynamoDB answers no more, until the function's time runs out: asking for the table's size",
        made_by=(ByMicroburst(DYNAMODB, _DESCRIBE, *SILENCE),),
        end=TIME_IS_OVER,
        time_is_up_at=_DESCRIBE,
        waits=True,
    ),
    Case(
        id="slow-pages-near-the-deadline",
        fault="Pages are so slow that the function's time runs out",
        made_by=(_page({"latency": 2600}, "takes 2.6 s longer", times=None),),
        end=TIME_IS_OVER,
        table=LARGE,
        segments="1",
        time_is_up_at=_SCAN,
        waits=True,
    ),
)

_DENIED: Final = Case(
    id="scan-denied",
    fault="The function's role may not scan the table",
    made_by=(error(DYNAMODB, _SCAN, "AccessDeniedException", 400),),
    end=Raised("SourceError", ("{table}", "AccessDeniedException"), _MAY_SCAN),
)

REFUSING: Final = (
    Case(
        id="no-such-table",
        fault="The table does not exist",
        made_by=(),
        environment={LambdaVariable.DYNAMODB_TABLE_NAME: _MISSING_TABLE},
        environment_text=f"{LambdaVariable.DYNAMODB_TABLE_NAME} names a table that the emulator does not have",
        end=Raised("SourceError", (_MISSING_TABLE,), "Create the table in this account and region, or correct"),
    ),
    Case(
        id="table-deleted",
        fault="The table is deleted while it is read",
        made_by=(actions.no_such_table(_SCAN, first=2),),
        end=Raised("SourceError", ("{table}",), "Create the table in this account and region, or correct"),
    ),
    Case(
        id="describe-denied",
        fault="The function's role may not ask for the table's size",
        made_by=(error(DYNAMODB, _DESCRIBE, "AccessDeniedException", 400),),
        end=Raised("SourceError", ("{table}", "AccessDeniedException"), "Allow the run's role dynamodb:DescribeTable"),
    ),
    _DENIED,
    replace(
        _DENIED,
        id="scan-denied-in-four-segments",
        fault="The function's role may not scan the table; four segments are read",
        segments="4",
    ),
    replace(
        _DENIED,
        id="scan-denied-in-two-processes",
        fault="The function's role may not scan the table; two processes read it",
        processes=2,
    ),
    Case(
        id="credentials-expired-for-dynamodb",
        fault="The credentials have expired",
        made_by=(error(DYNAMODB, None, "ExpiredTokenException", 400),),
        end=Raised("SourceError", ("{table}", "ExpiredTokenException"), "Renew the credentials"),
    ),
    Case(
        id="credentials-invalid-for-dynamodb",
        fault="AWS does not know the credentials",
        made_by=(error(DYNAMODB, None, "UnrecognizedClientException", 400),),
        end=Raised("SourceError", ("{table}", "UnrecognizedClientException"), "Correct the credentials"),
    ),
)

SOURCE_CASES: Final = (*PASSING, *LASTING, *REFUSING)
