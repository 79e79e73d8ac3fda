"""The key of pseudonyms: made once, replaced when asked to, shown never."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from typer.testing import Result

from contract.keys import read_key
from envs.local import LOCAL
from ops.exits import Exit
from ops.platform import Platform

NAME = LOCAL.names.pseudonym_key


@pytest.fixture
def key(platform: Platform) -> Iterator[Callable[[], str]]:
    """Read the key; it is gone when the test ends."""

    def read() -> str:
        return platform.ssm.get_parameter(Name=NAME, WithDecryption=True)["Parameter"]["Value"]

    yield read
    platform.ssm.delete_parameter(Name=NAME)


def test_a_key_is_made_once_and_replaced_when_asked(
    ops: Callable[..., Result], platform: Platform, key: Callable[[], str]
) -> None:
    refused = ops("pseudonyms", "rotate-key", "--yes")
    assert refused.exit_code == Exit.ATTENTION
    assert "python -m ops pseudonyms make-key --env local" in refused.stderr
    made = ops("pseudonyms", "make-key")
    assert made.exit_code == Exit.WELL, made.stderr
    first = key()
    assert read_key(first) is not None
    described = platform.ssm.get_parameter(Name=NAME)["Parameter"]
    assert (described["Type"], described["Value"] == first) == ("SecureString", False)
    again = ops("pseudonyms", "make-key")
    assert again.exit_code == Exit.ATTENTION
    assert "rotate-key" in again.stderr
    assert key() == first
    asked = ops("pseudonyms", "rotate-key")
    assert asked.exit_code == Exit.NOT_CONFIRMED
    assert "all pseudonymous tables are rewritten" in asked.stderr
    assert key() == first
    rotated = ops("pseudonyms", "rotate-key", "--yes", "--json")
    assert rotated.exit_code == Exit.WELL
    second = key()
    assert second != first
    for done in (refused, made, again, asked, rotated):
        assert first not in done.stdout + done.stderr
        assert second not in done.stdout + done.stderr


def test_an_environment_without_the_tables_needs_no_key(ops: Callable[..., Result]) -> None:
    done = ops("pseudonyms", "make-key", "--env", "test")
    assert done.exit_code == Exit.USAGE
    assert "privacy.pseudonymous_tables" in done.stderr
