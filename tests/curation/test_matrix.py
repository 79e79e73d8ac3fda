"""The table in docs/ is that of the tests, and no test is left out of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.curation.matrix import DOCUMENT, MODULES, document, names_of_tests, told_in
from tests.curation.told import PARTS, TOLD

if TYPE_CHECKING:
    from types import ModuleType


def test_the_document_is_that_of_the_tests() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == document(), "write it again: python -m tests.curation.matrix"


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__.rpartition(".")[2])
def test_every_test_tells_its_case(module: ModuleType) -> None:
    assert [case.test for case in told_in(module)] == names_of_tests(module) != []


def test_every_part_has_cases() -> None:
    assert {case.part for case in TOLD} == set(PARTS)
