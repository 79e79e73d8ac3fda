r"""Texts as they stand in JSON, quotes and escapes included, made into CSV cells without being decoded.

The contract escapes line breaks as JSON does, so all that usually remains is to write quotes the other way. The bytes
are UTF-8: they come from DynamoDB (CRC-checked) or from a ``str``.
"""

from __future__ import annotations

import re
from typing import Final

from msgspec.json import Decoder

from contract import cells
from lambda_src.fast_readers.protocol import SlowPathError

BACKSLASH: Final = ord("\\")
COMMA: Final = ord(",")
QUOTE: Final = ord('"')
EMPTY: Final = len('""')

_other_escape: Final = re.compile(rb'\\[^nr"]').search
_decode: Final = Decoder(str).decode


def token_cell(token: bytes) -> bytes:
    """Return the CSV cell of a JSON string token; equal to that of :func:`contract.cells.cell`.

    Raises:
        SlowPathError: it is another JSON value.
        MsgspecError: it has lone surrogates.
    """
    if token[0] != QUOTE:
        raise SlowPathError
    if BACKSLASH not in token:
        return token if COMMA in token or len(token) == EMPTY else token[1:-1]
    # Most escapes are of quotes, and most texts have no others: then no backslash is left.
    cell = token.replace(b'\\"', b'""')
    if BACKSLASH not in cell:
        return cell
    if _other_escape(token) is not None:
        return cells.cell(_decode(token)).encode()
    return cell if COMMA in cell or cell != token else cell[1:-1]
