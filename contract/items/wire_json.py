"""Items as DynamoDB's own JSON text, for people and for ``aws dynamodb`` to read back."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any, Final


def wire_json(value: Mapping[str, Any]) -> str:
    """Return DynamoDB JSON of a wire-format value, compact and on one line; bytes become base64.

    Text stays readable, except that a value with lone surrogates, which UTF-8 cannot hold, is written all in escapes.

    Raises:
        ValueError: there is a number that JSON cannot say; DynamoDB writes numbers as text.
    """
    document = _READABLE.encode(value)
    try:
        document.encode()
    except UnicodeEncodeError:
        return _ESCAPED.encode(value)
    return document


def _base64(value: object) -> str:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    message = f"a {type(value).__name__} is no DynamoDB value: only bytes are expected beside JSON's own types."
    raise TypeError(message)


_READABLE: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_base64)
_ESCAPED: Final = json.JSONEncoder(ensure_ascii=True, allow_nan=False, separators=(",", ":"), default=_base64)
