"""The table of faults tells of every case, and the cases leave out nothing that a run does."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from typing import Final

from tests.faults import test_faults
from tests.faults.cases import Published, Raised
from tests.faults.matrix import CASES, DOCUMENT, document
from tests.faults.proxy import Proxy
from tests.faults.stage import Stage, invocation_of

#: What only a run that has failed asks for.
CLEAN_UP: Final = {"AbortMultipartUpload", "DeleteObject"}


def test_document_says_what_the_cases_say() -> None:
    assert DOCUMENT.read_text() == document(), "run: .venv/bin/python -m tests.faults.matrix"


def test_document_names_every_case() -> None:
    text = document()
    alone = [case for case in CASES if "-of-" not in case.id]
    assert [case.id for case in alone if f"`{case.id}`" not in text] == []
    assert "`killed-at-01-of-15` to `killed-at-15-of-15`" in text


def test_every_case_is_played_under_a_name_of_its_own() -> None:
    assert [name for name, times in Counter(case.id for case in CASES).items() if times > 1] == []
    (mark,) = test_faults.test_run_is_whole_or_absent.pytestmark  # type: ignore[attr-defined]
    assert mark.name == "parametrize"
    assert mark.args == ("case", CASES)


def test_every_request_of_a_run_is_struck_for_a_while_and_for_good(stage: Stage) -> None:
    with (
        stage.scene() as scene,
        closing(Proxy(stage.endpoint_url)) as proxy,
        stage.function(proxy.url, "operations") as function,
    ):
        assert function.invoke(invocation_of(CASES[0], scene)).summary
    assert set(proxy.operations) == _struck(Published) == _struck(Raised) - CLEAN_UP


def _struck(end: type[Published | Raised]) -> set[str]:
    """Return the operations that the cases with such an end strike, each by its name."""
    faults = (fault for case in CASES if isinstance(case.end, end) for fault in case.made_by)
    return {fault.operation for fault in faults if fault.operation is not None}
