"""``find``: what is held of people, place by place, in one pass over the bucket."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from botocore.exceptions import ClientError

from contract.items.wire_json import wire_json
from contract.layout import parse_clean_key
from ops.aws_errors import code_of, is_local
from ops.person.identity import Source, identity_of, pseudonyms_of
from ops.person.listing import UnreadError, content, why_unread
from ops.person.places import NOT_ROWS, OF_STATES, Place, Places, Spot, States, holds_people, places_of
from ops.person.rows import Search, Sighting, sightings
from ops.person.words import Words
from ops.person.working import side_by_side
from ops.platform import Platform
from ops.versions import Version, versions

_SOURCE: Final = Spot(Place.SOURCE)


@dataclass
class Count:
    """What one place holds: rows that are somebody's, in so many objects, and rows of others that mention somebody."""

    rows: int = 0
    objects: int = 0
    mentions: int = 0


@dataclass(frozen=True)
class Unread:
    """What could not be read, and why: until it can, the answer is incomplete."""

    what: str
    version_id: str
    why: str


@dataclass
class Findings:
    """What was found of people, by place and by person; ``objects_read`` counts versions too."""

    users: tuple[str, ...]
    places: dict[Spot, Count] = field(default_factory=lambda: defaultdict(Count))
    held: Counter[str] = field(default_factory=Counter)
    mentioned: Counter[str] = field(default_factory=Counter)
    unread: list[Unread] = field(default_factory=list)
    objects_read: int = 0
    bytes_listed: int = 0

    @property
    def is_complete(self) -> bool:
        """Whether all that can hold a person was read."""
        return not self.unread


@dataclass(frozen=True)
class _Read:
    """What one version holds: sightings, or why it could not be read."""

    version: Version
    spot: Spot
    seen: tuple[Sighting, ...] = ()
    unread: str = ""


@dataclass(frozen=True)
class HeldRow:
    """A row that is somebody's: whose, where it lies, in which version (None: the source), and its cells."""

    user: str
    spot: Spot
    version: Version | None
    states: States | None
    cells: Mapping[str, Any]


TakeRow = Callable[[HeldRow], None]


def words_of(platform: Platform, users: tuple[str, ...], planted: tuple[str, ...] = ()) -> Words:
    """Return people's identifiers as words to look for; the source tells which longer words are somebody else's."""
    if not users:
        return Words((), planted)
    identity = identity_of(platform.environment.contract)
    source = Source(platform, identity)
    return Words(users, planted, identity.prefix, source.has)


def find(
    platform: Platform,
    users: tuple[str, ...],
    *,
    mentions: bool = True,
    take_row: TakeRow | None = None,
    beat: Callable[[str], None] = lambda _: None,
) -> Findings:
    """Return what every place holds of people. ``take_row`` is given the rows themselves, object by object.

    In the pseudonymous tables people are looked for by what they are called there now.

    Raises:
        OpsError: the contract names nobody, or the parameter of pseudonyms holds no key.
    """
    contract = platform.environment.contract
    words = words_of(platform, users)
    search = Search(contract, identity_of(contract), words, whole=take_row is not None, mentions=mentions)
    pseudonyms = pseudonyms_of(platform, users)
    masked = replace(search, words=Words(pseudonyms)) if pseudonyms else None
    findings = Findings(users)
    _look_into_source(platform, search, findings, take_row)
    places = places_of(platform)
    findings.unread += without_key(platform, pseudonyms)
    findings.unread += [Unread(f"the states of {name}", "", why) for name, why in places.unread.items()]
    searches = {place: masked if place is Place.PSEUDONYMOUS else search for place in Place if place not in NOT_ROWS}
    for read in side_by_side(
        lambda each: _looked_into(platform, each, searches[each[1].place] or search),
        _worth_reading(platform, places, {place for place, wanted in searches.items() if wanted}),
    ):
        findings.objects_read += 1
        findings.bytes_listed += read.version.bytes
        if read.unread:
            findings.unread.append(Unread(read.version.key, read.version.version_id, read.unread))
        _add(findings, read)
        if take_row:
            states = places.files.get(read.version.key) if read.spot.place in OF_STATES else None
            for seen in read.seen:
                if seen.row is not None:
                    take_row(HeldRow(users[seen.user], read.spot, read.version, states, seen.row))
        beat(f"{findings.objects_read:,} objects read, {findings.held.total():,} rows found")
    return findings


def without_key(platform: Platform, pseudonyms: Sequence[str]) -> list[Unread]:
    """Return that the pseudonymous tables hold files and nobody knows whose, where their key is gone."""
    prefix = platform.environment.etl.pseudonymous_prefix
    if pseudonyms or not any(True for _ in platform.bucket.list(prefix)):
        return []
    return [Unread(prefix, "", f"people's pseudonyms are not known: {platform.names.pseudonym_key} is gone")]


def _worth_reading(platform: Platform, places: Places, wanted: Collection[Place]) -> Iterator[tuple[Version, Spot]]:
    about_nobody = {each.name for each in platform.environment.contract.tables if not holds_people(each)}
    for version in versions(platform):
        spot = places.spot(version)
        if version.bytes and spot.place in wanted and spot.table not in about_nobody:
            yield version, spot


def _looked_into(platform: Platform, located: tuple[Version, Spot], search: Search) -> _Read:
    version, spot = located
    escaped = parse_clean_key(platform.environment.etl.clean_prefix, version.key) is not None
    try:
        with content(platform, version, whole=False) as stream:
            return _Read(version, spot, tuple(sightings(stream, version.key, search, escaped=escaped)))
    except UnreadError as error:
        return _Read(version, spot, unread=str(error))
    except ClientError as error:
        why = why_unread(error, version)
        if why is None:
            raise
        return _Read(version, spot, unread=why)


def _add(findings: Findings, read: _Read) -> None:
    if not read.seen:
        return
    count = findings.places[read.spot]
    count.objects += any(seen.is_held for seen in read.seen)
    for seen in read.seen:
        user = findings.users[seen.user]
        count.rows += seen.is_held
        count.mentions += not seen.is_held
        (findings.held if seen.is_held else findings.mentioned)[user] += 1


def _look_into_source(platform: Platform, search: Search, findings: Findings, take_row: TakeRow | None) -> None:
    source = Source(platform, search.identity)
    count = findings.places[_SOURCE]
    try:
        for user in findings.users:
            items = list(source.items(user)) if take_row else []
            found = len(items) if take_row else source.count(user)
            count.rows += found
            findings.held[user] += found
            for item in items:
                if take_row:
                    take_row(HeldRow(user, _SOURCE, None, None, json.loads(wire_json(item))))
    except ClientError as error:
        if not is_local(error):
            raise
        findings.unread.append(Unread("the source table", "", f"DynamoDB refuses it ({code_of(error)})"))
