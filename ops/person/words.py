"""Texts that are looked for in bytes, in every form in which a program may have written them."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape as html_escape
from typing import Final
from urllib.parse import quote

from ahocorasick_rs import BytesAhoCorasick, Implementation

from contract import cells
from contract.units import MIB

#: A shorter identifier stands in any text by chance: it counts between quotes, as a whole cell, or behind the prefix
#: of its key.
SHORTEST_IN_TEXT: Final = 4
#: From so many bytes on, no binary file holds a text by chance.
_NO_CHANCE: Final = 8
#: Up to so many bytes of forms, their automaton is a full table: three times as fast, and at most 1 KiB for each byte.
_MOST_IN_TABLE: Final = MIB // 4
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
        forms: dict[bytes, list[_Form]] = {}
        for index, text in enumerate((*identifiers, *planted)):
            is_identifier = index < len(self.identifiers)
            is_short = is_identifier and len(text) < SHORTEST_IN_TEXT
            written = [(each, _Form(index, is_identifier, is_short)) for each in forms_of(text)]
            if is_short and key_prefix:
                form = _Form(index, is_identifier, only_whole=False)
                written += [(each, form) for each in forms_of(key_prefix + text)]
            for each, form in written:
                forms.setdefault(each, []).append(form)
        self._forms = tuple(forms.values())
        self._automaton = _automaton(tuple(forms))
        #: A window of bytes must reach so far beyond an occurrence's start, and so far before it.
        self.reach = max(map(len, forms), default=0) + _AROUND
        self._beginnings = _beginnings(self.identifiers)

    def starts(self, content: bytes | memoryview) -> Iterator[int]:
        """Yield where the words' bytes stand in a content, whatever is around them."""
        return (start for _, start, _ in self._automaton.find_matches_as_indexes(content, overlapping=True))

    def within(
        self, buffer: bytes, first: int = 0, until: int | None = None, *, binary: bool = False
    ) -> Iterator[Occurrence]:
        """Yield the occurrences that begin from ``first`` to before ``until``.

        In ``binary`` no neighbour is a letter: it may be a length. Only long identifiers can be told there.
        """
        limit = len(buffer) if until is None else until
        for form_index, start, end in self._automaton.find_matches_as_indexes(buffer, overlapping=True):
            if first <= start < limit:
                for form in self._forms[form_index]:
                    occurrence = Occurrence(form.word, start, end)
                    if self._counts(form, buffer, occurrence, binary=binary):
                        yield occurrence

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


def _automaton(forms: Sequence[bytes]) -> BytesAhoCorasick:
    """Return what finds all of them in one pass, however many they are."""
    small = sum(map(len, forms)) <= _MOST_IN_TABLE
    return BytesAhoCorasick(forms, implementation=Implementation.DFA if small else Implementation.ContiguousNFA)
