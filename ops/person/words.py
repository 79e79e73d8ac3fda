"""Texts that are looked for in bytes, in every form in which a program may have written them."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape as html_escape
from itertools import groupby
from typing import Final
from urllib.parse import quote

from contract import cells

#: A shorter identifier stands in any text by chance: it counts between quotes, as a whole cell, or behind the prefix
#: of its key.
SHORTEST_IN_TEXT: Final = 4
#: From so many bytes on, no binary file holds a text by chance.
_NO_CHANCE: Final = 8
#: RE2 gets slow with a pattern of more words, and with more patterns Python is no slower.
_FILTERED_AT_ONCE: Final = 200
_MOST_FILTERED: Final = 1_000
#: How far around an occurrence is looked for the whole word that it is a part of, in bytes.
_AROUND: Final = 160
#: An escape in front of a word is not a part of it, though it ends in a letter: \n, \u0041, %2F.
_ESCAPE: Final = re.compile(rb"(?:\\[abfnrtv0]|\\u[0-9a-fA-F]{4}|%[0-9a-fA-F]{2})\Z")
_WORD_BEFORE: Final = re.compile(r"(?:\w[.@+-]?)+\Z")
_WORD_AFTER: Final = re.compile(r"(?:[.@+-]?\w)+")


@dataclass(frozen=True)
class Occurrence:
    """Where one of the words stands: ``word`` is its place among them, ``start`` and ``end`` are bytes."""

    word: int
    start: int
    end: int


@dataclass(frozen=True)
class _Form:
    word: int
    is_identifier: bool
    #: It counts only as all of a value: a whole cell, or what stands between quotes.
    only_whole: bool


class Words:
    """People's identifiers, which count as words of their own, and planted words, which count wherever they stand.

    ``somebody`` tells whether a longer word is somebody else's identifier: ``ana`` does not stand in ``ana.perez``
    where a person is called so, and does in ``ana.gracias``.
    """

    def __init__(
        self,
        identifiers: Sequence[str],
        planted: Sequence[str] = (),
        key_prefix: str = "",
        somebody: Callable[[str], bool] = lambda _: False,
    ) -> None:
        self.identifiers = tuple(identifiers)
        self.planted = tuple(planted)
        self._somebody = somebody
        self._known = frozenset(identifiers)
        self._forms: dict[bytes, list[_Form]] = {}
        for index, text in enumerate((*identifiers, *planted)):
            is_identifier = index < len(self.identifiers)
            is_short = is_identifier and len(text) < SHORTEST_IN_TEXT
            self._add(text, _Form(index, is_identifier, is_short))
            if is_short and key_prefix:
                self._add(key_prefix + text, _Form(index, is_identifier, only_whole=False))
        ordered = sorted(self._forms)
        self._pattern = re.compile(_longest_of(ordered))
        #: Patterns for RE2, which tells many times faster than Python where nothing is; none for too many words.
        self.filters = tuple(_for_re2(some) for some in _shares(ordered)) if len(ordered) <= _MOST_FILTERED else ()
        self._shorter = {form: _shorter(form, self._forms) for form in self._forms}
        #: A window of bytes must reach so far beyond an occurrence's start, and so far before it.
        self.reach = max(map(len, self._forms)) + _AROUND
        self._beginnings = _beginnings(self.identifiers)

    def _add(self, text: str, form: _Form) -> None:
        for written in forms_of(text):
            self._forms.setdefault(written, []).append(form)

    def next_in(self, buffer: bytes, first: int = 0) -> int | None:
        """Return where one of the words may stand from ``first`` on: the bytes are there, whatever is around them."""
        found = self._pattern.search(buffer, first)
        return None if found is None else found.start()

    def within(
        self, buffer: bytes, first: int = 0, until: int | None = None, *, binary: bool = False
    ) -> Iterator[Occurrence]:
        """Yield the occurrences that begin from ``first`` to before ``until``.

        In ``binary`` no neighbour is a letter: it may be a length. Only long identifiers can be told there.
        """
        end = len(buffer) if until is None else until
        found = self._pattern.search(buffer, first)
        while found is not None and found.start() < end:
            for written in (found.group(), *self._shorter[found.group()]):
                for form in self._forms[written]:
                    occurrence = Occurrence(form.word, found.start(), found.start() + len(written))
                    if self._counts(form, buffer, occurrence, binary=binary):
                        yield occurrence
            found = self._pattern.search(buffer, found.start() + 1)

    def _counts(self, form: _Form, buffer: bytes, at: Occurrence, *, binary: bool) -> bool:
        if not form.is_identifier or (binary and at.end - at.start >= _NO_CHANCE):
            return True
        if form.only_whole:
            around = buffer[at.start - 1 : at.start], buffer[at.end : at.end + 1]
            return (at.start, at.end) == (0, len(buffer)) or around == (b'"', b'"')
        return not self._is_of_longer_word(buffer, at)

    def _is_of_longer_word(self, buffer: bytes, at: Occurrence) -> bool:
        """Tell whether a letter or digit goes on with the word, or it is a part of somebody else's identifier."""
        before = buffer[max(0, at.start - _AROUND) : at.start]
        front = "" if _ESCAPE.search(before[-6:]) else before.decode("utf-8", "ignore")
        back = buffer[at.end : at.end + _AROUND].decode("utf-8", "ignore")
        if _goes_on(front[-1:]) or _goes_on(back[:1]):
            return True
        begins, ends = _WORD_BEFORE.search(front), _WORD_AFTER.match(back)
        if begins is None and ends is None:
            return False
        word = buffer[at.start : at.end].decode("utf-8", "ignore")
        longer = (begins.group() if begins else "") + word + (ends.group() if ends else "")
        return longer in self._known or self._somebody(longer)

    def begun_by(self, bound: bytes) -> Collection[int]:
        """Return the identifiers whose beginning a bound in a manifest is, and all that Iceberg keeps of a long text.

        It may be somebody else's: the data file tells. Of a greatest value the last character is the next one: https://iceberg.apache.org/spec/#manifests.
        """
        try:
            return self._beginnings.get(bound.decode(), ())
        except UnicodeDecodeError:
            return ()


#: Iceberg keeps so many characters of a text, if a table's properties say nothing else.
BOUND_CHARACTERS: Final = 16


def _beginnings(identifiers: Iterable[str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for index, text in enumerate(identifiers):
        cut = text[:BOUND_CHARACTERS]
        if len(cut) == BOUND_CHARACTERS:
            for bound in {cut, cut[:-1] + chr(min(ord(cut[-1]) + 1, sys.maxunicode))}:
                found.setdefault(bound, []).append(index)
    return found


def _goes_on(character: str) -> bool:
    return character.isalnum() or character == "_"


def forms_of(text: str) -> frozenset[bytes]:
    """Return what a text looks like as it is, in JSON, in JSON within JSON, in the clean zone's CSV, HTML and URLs."""
    once = {text, *_in_json(text)}
    twice = once | {again for each in once for again in _in_json(each)}
    escaped = twice | {cells.escape(each) for each in twice}
    quoted = escaped | {each.replace('"', '""') for each in escaped}
    pages = {html_escape(text), html_escape(text, quote=False)}
    encodable = text.encode("utf-8", "surrogatepass")
    addresses = {quote(encodable, safe=""), quote(encodable), quote(encodable, safe="/=")}
    return frozenset(each.encode() for each in quoted | pages | addresses if _is_whole(each))


def _in_json(text: str) -> set[str]:
    ascii_only, readable = json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]
    upper = re.sub(r"\\u[0-9a-f]{4}", lambda found: "\\u" + found.group()[2:].upper(), ascii_only)
    written = {ascii_only, readable, upper}
    return written | {each.replace("/", "\\/") for each in written}


def _is_whole(text: str) -> bool:
    """Tell whether UTF-8 can hold a text: half a character it cannot."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _shorter(form: bytes, forms: Collection[bytes]) -> tuple[bytes, ...]:
    return tuple(form[:length] for length in range(len(form) - 1, 0, -1) if form[:length] in forms)


def _longest_of(forms: Sequence[bytes]) -> bytes:
    """Return a pattern of sorted texts that matches the longest: what they have in common is compared once."""
    if not forms:
        # Nothing is looked for, and nothing is found.
        return rb"(?!)"
    common = _beginning_of_both(forms[0], forms[-1])
    rest = [form[len(common) :] for form in forms]
    longer = [each for each in rest if each]
    if not longer:
        return re.escape(common)
    branches = (_longest_of(list(some)) for _, some in groupby(longer, key=lambda each: each[0]))
    return re.escape(common) + b"(?:" + b"|".join(branches) + b")" + (b"?" if len(longer) < len(rest) else b"")


def _beginning_of_both(one: bytes, other: bytes) -> bytes:
    length = next((at for at, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), None)
    return one[:length] if length is not None else min(one, other, key=len)


def _shares(forms: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    return (forms[start : start + _FILTERED_AT_ONCE] for start in range(0, len(forms), _FILTERED_AT_ONCE))


def _for_re2(forms: Sequence[bytes]) -> str:
    """Return a pattern of bytes for RE2: each that is no letter or digit as its number."""
    return "|".join("".join(_byte_for_re2(byte) for byte in form) for form in forms)


def _byte_for_re2(byte: int) -> str:
    character = chr(byte)
    return character if character.isascii() and character.isalnum() else f"\\x{byte:02x}"
