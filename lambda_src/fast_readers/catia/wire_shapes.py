"""The common shapes of DynamoDB's JSON, to be decoded straight into typed objects.

What fits no shape is left to ``contract.sources.catia.normalize``, which knows what becomes of every
item. So a shape may leave out what would be right, but must never take what means something else:

- A type wrapper (``{"S": …}``, ``{"M": …}``) is a map with exactly one key. Wrappers forbid any other key.
- A map of the source may have entries that nobody reads. But a map whose only key is a DynamoDB type is a wrapper
  itself: ``M`` is :data:`NEVER` in a map, and a map without any known entry is left to the slow path (the readers
  see to that).
"""

from __future__ import annotations

from typing import Final, Generic, Literal, TypeAlias, TypeVar, cast

from msgspec import UNSET, Raw, Struct, UnsetType

from lambda_src.fast_readers.protocol import SlowPathError

_T = TypeVar("_T")
_U = TypeVar("_U")

#: What is read of a message: sender, text as its JSON token, and time; None where there is none.
Message: TypeAlias = tuple[str | None, Raw | None, str | None]


#: The type of an entry that must not be there: whatever stands under the key is no 0, and decoding ends at once.
NEVER = Literal[0] | UnsetType


class S(Struct, Generic[_T], frozen=True, gc=False, forbid_unknown_fields=True):
    """``{"S": …}``."""

    S: _T


class M(Struct, Generic[_T], frozen=True, gc=False, forbid_unknown_fields=True):
    """``{"M": …}``."""

    M: _T


class L(Struct, Generic[_T], gc=False, forbid_unknown_fields=True):
    """``{"L": […]}``."""

    L: list[_T]


class SOrNull(Struct, Generic[_T], frozen=True, gc=False, forbid_unknown_fields=True):
    """``{"S": …}`` or ``{"NULL": true}``."""

    S: _T | UnsetType = UNSET
    NULL: bool | UnsetType = UNSET

    def value(self) -> _T | None:
        """Return the content, or None for NULL.

        Raises:
            SlowPathError: not exactly one of the two keys is there, or NULL is false.
        """
        if self.NULL is UNSET and self.S is not UNSET:
            return self.S
        if self.NULL is True and self.S is UNSET:
            return None
        raise SlowPathError


class MapOrText(Struct, Generic[_T], gc=False, forbid_unknown_fields=True):
    """``{"M": {…}}`` or ``{"S": "a JSON text"}``: exactly one of the two, or the slow path has to read it."""

    M: _T | UnsetType = UNSET
    S: str | UnsetType = UNSET


class ListOrText(Struct, Generic[_T], gc=False, forbid_unknown_fields=True):
    """``{"L": […]}`` or ``{"S": "a JSON text"}``: exactly one of the two, or the slow path has to read it."""

    L: list[_T] | UnsetType = UNSET
    S: str | UnsetType = UNSET


Text = S[str]
#: A text as the JSON string token that it is, quotes included: what most texts become needs no decoding.
Token = S[Raw]
#: ``{"M": {"S": {"S": …}}}``: serialized twice.
WrappedText = M[S[S[str]]]
WrappedToken = M[S[S[Raw]]]

# Stand where an entry is missing, so that it reads as null without a question; no JSON decodes to them.
_NO_TEXT: Final = Text(cast("str", None))
_NO_TOKEN: Final = Token(cast("Raw", None))
_NO_WRAPPED_TEXT: Final = WrappedText(S(_NO_TEXT))
_NO_WRAPPED_TOKEN: Final = WrappedToken(S(_NO_TOKEN))


class MessageEntries(Struct, gc=False, rename={"sender": "from"}):
    """The entries of a message."""

    sender: Text = _NO_TEXT
    text: Token = _NO_TOKEN
    timestamp: Text = _NO_TEXT
    M: NEVER = UNSET


class WrappedMessageEntries(Struct, gc=False, rename={"sender": "from"}):
    """The entries of a message that was serialized twice."""

    sender: WrappedText = _NO_WRAPPED_TEXT
    text: WrappedToken = _NO_WRAPPED_TOKEN
    timestamp: WrappedText = _NO_WRAPPED_TEXT
    M: NEVER = UNSET


class NullableMessageEntries(Struct, gc=False, rename={"sender": "from"}):
    """The entries of a message some of which are NULL."""

    sender: SOrNull[str] | UnsetType = UNSET
    text: SOrNull[Raw] | UnsetType = UNSET
    timestamp: SOrNull[str] | UnsetType = UNSET
    M: NEVER = UNSET


class Item(Struct, Generic[_T, _U], gc=False):
    """An item, its CreatedAt and Conversation of the given types; the other attributes are left for later."""

    PK: Text
    SK: Text
    CreatedAt: _T | UnsetType = UNSET
    Conversation: _U | UnsetType = UNSET
    UserData: Raw | UnsetType = UNSET
    Feedback: Raw | UnsetType = UNSET
