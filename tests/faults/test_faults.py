"""The fault matrix of ETL-1: whatever fails, a run is whole and taken or nothing of it is, and its retry succeeds."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING

import pytest

from tests.faults.matrix import CASES

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.faults.cases import Case


@pytest.mark.parametrize("case", CASES, ids=attrgetter("id"))
def test_run_is_whole_or_absent(case: Case, played: Callable[[Case], None]) -> None:
    played(case)
