"""UserData and Feedback of common shapes: their entries as JSON tokens."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any, Final

from msgspec import UNSET, MsgspecError, Raw, UnsetType, defstruct
from msgspec.json import Decoder

from lambda_src.fast_readers.catia import json_texts
from lambda_src.fast_readers.catia.wire_shapes import NEVER, M, MapOrText, SOrNull, Token, WrappedToken
from lambda_src.fast_readers.protocol import SlowPathError

# Their arguments are types that are made when the program runs, which mypy does not take.
_M: Final[Any] = M
_MapOrText: Final[Any] = MapOrText


class MapAttribute:
    """An attribute that is a map, or a JSON text of one, of which the entries under ``keys`` are read."""

    def __init__(self, keys: Sequence[str]) -> None:
        # One key alone would not make it give a tuple.
        self._values: Callable[[Any], tuple[Any, ...]] = attrgetter(*keys)
        self._decode = Decoder(_MapOrText[_entries(keys, Token)]).decode
        self._decode_wrapped = Decoder(_M[_M[_M[_entries(keys, WrappedToken)]]]).decode
        self._decode_nullable = Decoder(_M[_entries(keys, SOrNull[Raw])]).decode
        self._decode_text = Decoder(_entries(keys, Raw)).decode

    def tokens(self, attribute: Raw) -> list[Raw | None]:
        """Return the entries in the order of the keys, None where one is missing or null.

        Raises:
            SlowPathError, MsgspecError: the attribute has no common shape.
        """
        tokens = self._tokens(attribute)
        if tokens.count(None) == len(tokens):
            raise SlowPathError  # maybe a wrapper
        return tokens

    def _tokens(self, attribute: Raw) -> list[Raw | None]:
        try:
            usual = self._decode(attribute)
        except MsgspecError:
            return self._less_usual(attribute)
        if usual.S is UNSET and usual.M is not UNSET:
            return [None if value is UNSET else value.S for value in self._values(usual.M)]
        if usual.M is UNSET and usual.S is not UNSET:
            return self._in_text(usual.S.encode())
        raise SlowPathError

    def _less_usual(self, attribute: Raw) -> list[Raw | None]:
        try:
            wrapped = self._decode_wrapped(attribute).M.M.M
        except MsgspecError:
            nullable = self._decode_nullable(attribute).M
            return [None if value is UNSET else value.value() for value in self._values(nullable)]
        return [None if value is UNSET else value.M.S.S for value in self._values(wrapped)]

    def _in_text(self, document: bytes) -> list[Raw | None]:
        tokens = [
            None if value is UNSET or value == json_texts.NULL else value
            for value in self._values(self._decode_text(document))
        ]
        json_texts.check_map(document, [token for token in tokens if token is not None])
        return tokens


def _entries(keys: Sequence[str], entry: Any) -> Any:
    """Return the type of a map with such entries under ``keys``, and others that are not read."""
    fields = [(key, entry | UnsetType, UNSET) for key in keys]
    return defstruct("Entries", [*fields, ("M", NEVER, UNSET)], gc=False)
