"""What is told of an error: of the programs' own all, of others type, place and hash."""

from __future__ import annotations

import errno
import json
import traceback

import pytest

from contract.discretion import UnexpectedError, discreet

SECRET = "geheim"


class OwnError(Exception):
    """Quotes nothing."""


def raised(cause: Exception, outer: Exception | None = None) -> Exception:
    """Return an error as it is caught, with its traceback and what is behind it."""
    try:
        try:
            raise cause  # noqa: TRY301 - its traceback is wanted
        except Exception as error:
            if outer is None:
                raise
            raise outer from error
    except Exception as error:  # noqa: BLE001 - returned
        return error


def told_of(error: Exception) -> str:
    return "".join(traceback.format_exception(error))


@pytest.mark.parametrize(
    "error",
    [
        ValueError(f"invalid literal for int() with base 10: '{SECRET}'"),
        KeyError(SECRET),
        UnicodeDecodeError("utf-8", SECRET.encode() + b"\xff", 6, 7, "invalid start byte"),
        json.JSONDecodeError("Expecting value", SECRET, 0),
        RuntimeError(f"org.apache.spark.SparkException: {SECRET}\n\tat java.lang.StackOverflowError"),
        OSError(errno.ENOSPC, "No space left on device", f"folder/{SECRET}"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_nobody_foresaw_is_told_without_its_message(error: Exception) -> None:
    found = discreet(raised(error), (OwnError,))
    assert type(found) is UnexpectedError
    assert SECRET not in told_of(found)
    assert type(error).__name__ in str(found)
    assert f"in raised, {__file__}:" in str(found)
    assert "def test" not in str(found)
    # The same failure has the same hash.
    assert str(found) == str(discreet(raised(error), (OwnError,)))


def test_javas_names_and_the_systems_words_are_told() -> None:
    java = str(discreet(raised(RuntimeError(f"org.apache.spark.SparkException: {SECRET}Exception")), ()))
    assert "of org.apache.spark.SparkException;" in java
    assert "No space left on device;" in str(discreet(raised(OSError(errno.ENOSPC, "No space left on device")), ()))


def test_an_own_error_is_told_whole_and_what_is_behind_it_is_not() -> None:
    own = OwnError("the table is gone")
    own.add_note("of run 1")
    found = discreet(raised(ValueError(SECRET), own), (OwnError,))
    assert found is own
    assert "the table is gone\nof run 1" in told_of(found)
    assert SECRET not in told_of(found)
