"""What a program may say of an error: logs and alerts are read by people who may not see the data.

The programs' own errors say what is wrong and quote no record. Any other error might: a parser's message has
the text that it could not parse. So these are told by their type, their place and a hash.
"""

from __future__ import annotations

import hashlib
import re
import traceback
from collections.abc import Iterator
from pathlib import Path

#: Class names of Java errors, as they stand in PySpark's messages.
_JAVA = re.compile(r"\b(?:[a-z][a-z0-9_]*\.){2,}[A-Z][A-Za-z0-9_$]*(?:Exception|Error)\b")
#: Folders of the programs in their archives.
_PROGRAMS = {"contract", "glue_src", "lambda_src"}
_HASH_DIGITS = 16


class UnexpectedError(Exception):
    """Something failed in a way that no program foresaw."""


def discreet(error: Exception, told: tuple[type[Exception], ...]) -> Exception:
    """Return an error to be raised in the place of ``error``, with its traceback and notes, and nothing behind it.

    It is ``error`` itself if that is of one of the types ``told``, whose messages quote no record.
    """
    found = error
    if not isinstance(error, told):
        found = UnexpectedError(described(error)).with_traceback(error.__traceback__)
        for note in getattr(error, "__notes__", ()):
            found.add_note(note)
    found.__cause__ = None
    found.__suppress_context__ = True
    return found


def described(error: Exception) -> str:
    """Describe an error without quoting data: type, place, Java's types, length and hash of its message."""
    return " ".join(_described(error))


def _described(error: Exception) -> Iterator[str]:
    text = str(error)
    kind = type(error)
    yield f"{kind.__module__}.{kind.__qualname__}"
    frames = traceback.extract_tb(error.__traceback__)
    # A library's own place says little of what was being done.
    ours = [frame for frame in frames if not _PROGRAMS.isdisjoint(Path(frame.filename).parts)]
    for frame in (ours or frames)[-1:]:
        yield f"in {frame.name}, {frame.filename}:{frame.lineno};"
    if isinstance(error, OSError) and error.strerror:
        yield f"{error.strerror};"
    names = sorted(set(_JAVA.findall(text)))
    if names:
        yield f"of {', '.join(names)};"
    digest = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:_HASH_DIGITS]
    yield f"its message, which may quote data, has {len(text)} characters, SHA-256 {digest}…"
