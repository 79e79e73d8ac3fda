"""Headers of this contract, of an older one, and of a foreign one."""

from __future__ import annotations

import pytest

from contract.sources.catia import FEEDBACK
from glue_src.exceptions import ForeignHeaderError
from glue_src.headers import columns_in

NAMES = list(FEEDBACK.column_names)


def test_columns_come_in_the_headers_order() -> None:
    assert columns_in(",".join(NAMES), FEEDBACK, "k") == FEEDBACK.columns
    assert columns_in(",".join(reversed(NAMES)), FEEDBACK, "k") == tuple(reversed(FEEDBACK.columns))


def test_columns_that_may_be_null_may_be_missing() -> None:
    assert columns_in("user_id,feedback_id,created_at", FEEDBACK, "k") == FEEDBACK.columns[:3]


@pytest.mark.parametrize(
    ("names", "fault"),
    [
        ([*NAMES, "channel"], "names the unknown column 'channel'"),
        ([*NAMES[:-1], "Option"], "names the unknown column 'Option'"),
        ([*NAMES, "option"], "names 'option' twice"),
        ([*NAMES[1:]], "lacks 'user_id', which may not be null"),
        ([""], "names the unknown column ''"),
        ([*NAMES[1:], "x"], "names the unknown column 'x' and lacks 'user_id'"),
    ],
)
def test_a_foreign_header_is_told_with_its_faults(names: list[str], fault: str) -> None:
    with pytest.raises(ForeignHeaderError, match=f"feedback: the header of some/key {fault}.*deploy both"):
        columns_in(",".join(names), FEEDBACK, "some/key")
