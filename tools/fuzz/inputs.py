"""Fuzzer inputs: items as JSON, one a line, so that a corpus can be read, compared and mended by hand."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from tools.fuzz.properties import parse

CORPUS: Final = Path(__file__).resolve().parent / "corpus"


def items_of(data: bytes) -> list[bytes]:
    """Return the lines that are items; JSON needs no line break that is not escaped."""
    return [line for line in data.split(b"\n") if parse(line) is not None]


def data_of(items: Iterable[Any], *, ascii_only: bool = False) -> bytes:
    """Return items as an input. Lone surrogates, which UTF-8 does not have, are written in escapes all the same."""
    return b"\n".join(_line(item, ascii_only=ascii_only) for item in items)


def _line(item: Any, *, ascii_only: bool) -> bytes:
    try:
        return json.dumps(item, ensure_ascii=ascii_only, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        return json.dumps(item, separators=(",", ":")).encode()
