"""``prove``: every object and version, the catalog and the source are searched for people and planted words."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256

from botocore.exceptions import ClientError

from glue_src.maintenance import key_of
from ops.aws_errors import code_of, is_local
from ops.databases import databases_of
from ops.person.finding import Unread, without_key, words_of
from ops.person.identity import Source, identity_of, pseudonyms_of
from ops.person.listing import Inventory, UnreadError, content, why_unread
from ops.person.places import Place, Places
from ops.person.scanning import Found, Scanner
from ops.person.words import Words
from ops.person.working import side_by_side
from ops.platform import Platform
from ops.versions import Version, versions

IN_CONTENT = "content"
IN_KEY = "key"
#: All that is left is the beginning of a long identifier, as a bound in a manifest whose data file is gone.
AS_BOUND = "beginning, as a column's bound"


@dataclass(frozen=True)
class Finding:
    """Where something is left, and how often; nobody's word stands here. A key that has one is told by its hash."""

    place: str
    key: str
    version_id: str
    where: str
    count: int


@dataclass
class Proof:
    """What was searched for how many people and words, what was left of them, and what could not be read."""

    identifiers: int
    planted: int
    began: datetime
    ended: datetime
    inventory: Inventory = field(default_factory=Inventory)
    versions_read: int = 0
    bytes_read: int = 0
    formats: Counter[str] = field(default_factory=Counter)
    places: Counter[str] = field(default_factory=Counter)
    catalog_tables: int = 0
    findings: list[Finding] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    changed_meanwhile: bool = False

    @property
    def is_complete(self) -> bool:
        """Whether all was read, and nothing was written or deleted meanwhile."""
        return not self.unread and not self.changed_meanwhile

    @property
    def is_proven(self) -> bool:
        """Whether nothing is left, and that is sure."""
        return self.is_complete and not self.findings


@dataclass(frozen=True)
class _Searched:
    version: Version
    in_key: int
    found: Found
    unread: str = ""


def prove(
    platform: Platform,
    users: tuple[str, ...],
    planted: tuple[str, ...] = (),
    *,
    beat: Callable[[str], None] = lambda _: None,
) -> Proof:
    """Search everything for people's identifiers, their pseudonyms and planted words, and return what is left.

    Raises:
        OpsError: people are named, and the contract names nobody.
    """
    pseudonyms = pseudonyms_of(platform, users)
    words = words_of(platform, (*users, *pseudonyms), planted)
    now = datetime.now(UTC)
    proof = Proof(len(users), len(planted), now, now)
    places = Places(platform)
    bounds = _Bounds()
    listed = map(proof.inventory.add, versions(platform))
    for searched in side_by_side(lambda version: _searched(platform, version, words), listed):
        _take(proof, places, searched)
        bounds.take(searched)
        beat(f"{proof.versions_read:,} versions, {proof.bytes_read:,} bytes read; {len(proof.findings):,} findings")
    proof.findings += bounds.left(places)
    proof.unread += _unfinished_uploads(platform)
    proof.unread += without_key(platform, pseudonyms) if users else []
    _search_catalog(platform, words, proof)
    _search_source(platform, users, proof)
    proof.changed_meanwhile = _listed_again(platform) != proof.inventory.sha256
    proof.ended = datetime.now(UTC)
    return proof


def _searched(platform: Platform, version: Version, words: Words) -> _Searched:
    in_key = sum(1 for _ in words.within(version.key.encode("utf-8", "surrogatepass")))
    scanner, why = Scanner(words), ""
    try:
        if version.bytes:
            with content(platform, version, whole=True) as stream:
                scanner.scan(stream)
    except UnreadError as error:
        why = str(error)
    except ClientError as error:
        reason = why_unread(error, version)
        if reason is None:
            raise
        why = reason
    return _Searched(version, in_key, scanner.found, why)


def _take(proof: Proof, places: Places, searched: _Searched) -> None:
    version, place = searched.version, _place(places, searched.version)
    key = version.key if not searched.in_key else f"SHA-256 {sha256(version.key.encode()).hexdigest()}"
    proof.places[place] += not version.is_marker
    proof.formats += searched.found.formats
    if searched.unread:
        proof.unread.append(Unread(key, version.version_id, searched.unread))
    elif not version.is_marker:
        proof.versions_read += 1
        proof.bytes_read += version.bytes
    for where, count in ((IN_KEY, searched.in_key), (IN_CONTENT, searched.found.counts.total())):
        if count:
            proof.findings.append(Finding(place, key, version.version_id, where, count))


def _place(places: Places, version: Version) -> str:
    spot = places.spot(version)
    name = "tables" if spot.place is Place.UNNAMED else spot.place.value
    return f"{name}, old versions" if spot.is_old else name


@dataclass
class _Bounds:
    """Bounds that may be the beginning of an identifier, or of somebody else's: the data file tells."""

    begun: list[tuple[Version, int, tuple[str, ...]]] = field(default_factory=list)
    read: set[str] = field(default_factory=set)
    found: set[tuple[str, int]] = field(default_factory=set)

    def take(self, searched: _Searched) -> None:
        """Keep what a manifest says, and which data files were read to their end."""
        key = searched.version.key
        self.begun += [(searched.version, word, addresses) for word, addresses in searched.found.begun]
        if not searched.unread and not searched.version.is_marker:
            self.read.add(key)
        self.found |= {(key, word) for word in searched.found.counts}

    def left(self, places: Places) -> Iterator[Finding]:
        """Yield the bounds that cannot be somebody else's: the data file has the person, or is gone."""
        counts: Counter[Version] = Counter()
        for version, word, addresses in self.begun:
            keys = [key_of(address) for address in addresses]
            if not any(key in self.read and (key, word) not in self.found for key in keys):
                counts[version] += 1
        for version, count in counts.items():
            yield Finding(_place(places, version), version.key, version.version_id, AS_BOUND, count)


def _unfinished_uploads(platform: Platform) -> Iterator[Unread]:
    """Yield the uploads of which parts lie in the bucket: they are no objects, and nobody can read them."""
    pages = platform.s3.get_paginator("list_multipart_uploads").paginate(Bucket=platform.bucket.name)
    for page in pages:
        for upload in page.get("Uploads", []):
            yield Unread(upload["Key"], upload["UploadId"], "parts of an unfinished upload: wait, or abort it in S3")


def _search_catalog(platform: Platform, words: Words, proof: Proof) -> None:
    """Search what the catalog says of the tables: names, comments, parameters."""
    for database in databases_of(platform.environment):
        try:
            for page in platform.glue.get_paginator("get_tables").paginate(DatabaseName=database.name):
                for table in page["TableList"]:
                    proof.catalog_tables += 1
                    text = json.dumps(table, default=str, ensure_ascii=False).encode()
                    if count := sum(1 for _ in words.within(text)):
                        proof.findings.append(Finding("catalog", table["Name"], "", IN_CONTENT, count))
        except ClientError as error:
            if not is_local(error):
                raise
            proof.unread.append(Unread(f"the catalog's {database.name}", "", f"Glue refuses it ({code_of(error)})"))


def _search_source(platform: Platform, users: tuple[str, ...], proof: Proof) -> None:
    if not users:
        return
    source = Source(platform, identity_of(platform.environment.contract))
    try:
        if count := sum(side_by_side(source.count, users)):
            proof.findings.append(Finding(Place.SOURCE.value, "", "", IN_CONTENT, count))
    except ClientError as error:
        if not is_local(error):
            raise
        proof.unread.append(Unread("the source table", "", f"DynamoDB refuses it ({code_of(error)})"))


def _listed_again(platform: Platform) -> str:
    again = Inventory()
    for version in versions(platform):
        again.add(version)
    return again.sha256
