"""What a proof is written down as: a JSON document and a page of the same, for their owner alone."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any, Final

from ops.exits import usage
from ops.exports import check_folder, whole_file
from ops.pages import row, style, text
from ops.person.words import SHORTEST_IN_TEXT
from ops.platform import Platform
from ops.show.screen import document, json_text

if TYPE_CHECKING:
    from ops.person.proof import Proof

_TEMPLATE: Final = Path(__file__).parent / "certificate.html"
_CODE: Final = ("contract", "glue_src", "ops")
#: What no search of the bucket, the catalog and the source can see.
OUT_OF_REACH: Final = (
    "files that people downloaded, and buckets that were copied elsewhere",
    "the texts of queries in Athena's history, for 45 days; CloudTrail's events; log groups",
    "backups of the source table, and its point-in-time recovery",
    "objects' tags and user metadata, which no program of the platform writes",
)
_WORD_RULE: Final = (
    "An identifier counts where it stands as a word of its own: as it is in UTF-8, and as JSON, CSV, HTML and URLs "
    "escape it. A planted word counts wherever it stands."
)
_LONGER_RULE: Final = (
    "In a longer word it does not count: letters or digits go on with it, or the source knows a person of that name."
)
_SHORT_RULE: Final = (
    f"An identifier of fewer than {SHORTEST_IN_TEXT} characters counts as a whole cell, between quotes, or behind its "
    "key's prefix."
)


def checked_target(target: Path, *, force: bool = False) -> Path:
    """Return the certificate's file.

    Raises:
        OpsError: its ending is not .json, its folder does not exist, or it is there and ``force`` is False.
    """
    if target.suffix != ".json":
        message = f"{target} does not end in .json."
        raise usage(message, "Name a .json file; the page gets the same name with .html.")
    return new_file(target, force=force)


def new_file(target: Path, *, force: bool) -> Path:
    """Return a file to write, which is not there yet.

    Raises:
        OpsError: its folder does not exist, or it is there and ``force`` is False.
    """
    check_folder(target)
    if target.exists() and not force:
        message = f"{target} is there already."
        raise usage(message, "Name another file, or add --force.")
    return target


def certificate(platform: Platform, proof: Proof, reference: str) -> dict[str, Any]:
    """Return what a certificate says; ``reference`` is the reader's own name of the case. It names nobody."""
    inventory = proof.inventory
    return {
        "proven": proof.is_proven,
        "reference": reference,
        "environment": platform.names.env,
        "bucket": platform.bucket.name,
        "searched_for": {"identifiers": proof.identifiers, "planted_words": proof.planted},
        "began": proof.began.isoformat(),
        "ended": proof.ended.isoformat(),
        "by": platform.sts.get_caller_identity()["Arn"],
        "code_sha256": code_sha256(),
        "searched": {
            "objects": inventory.objects,
            "versions": inventory.versions,
            "delete_markers": inventory.markers,
            "bytes": inventory.bytes,
            "versions_read": proof.versions_read,
            "bytes_read": proof.bytes_read,
            "listing_sha256": inventory.sha256,
            "catalog_tables": proof.catalog_tables,
            "source_table": platform.environment.normalize.dynamo_table_name,
            "by_format": dict(sorted(proof.formats.items())),
            "by_place": dict(sorted(proof.places.items())),
        },
        "complete": proof.is_complete,
        "changed_meanwhile": proof.changed_meanwhile,
        "findings_total": len(proof.findings),
        "findings": [document(finding) for finding in proof.findings],
        "unread": [document(each) for each in proof.unread],
        "rules": [_WORD_RULE, _LONGER_RULE, _SHORT_RULE],
        "out_of_reach": list(OUT_OF_REACH),
    }


def code_sha256() -> str:
    """Return a hash of the programs that searched: of each Python file's path and content, in order."""
    root, digest = Path(__file__).parents[2], sha256()
    for file in sorted(file for room in _CODE for file in (root / room).rglob("*.py")):
        digest.update(file.relative_to(root).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def write(target: Path, told: dict[str, Any]) -> Path:
    """Write a certificate, and the page beside it, and return the page's file.

    Raises:
        OpsError: one of them cannot be written.
    """
    beside = target.with_suffix(".html")
    try:
        for file, content in ((target, json_text(told)), (beside, page(told))):
            with whole_file(file) as part:
                part.write_text(content, encoding="utf-8")
    except OSError as error:
        message = f"{target} could not be written: {error}."
        raise usage(message, "Is there room and permission?") from error
    return beside


def page(told: dict[str, Any]) -> str:
    """Return the page of a certificate."""
    searched = told["searched"]
    facts = {
        "Searched for": f"{told['searched_for']['identifiers']:,} identifiers, "
        f"{told['searched_for']['planted_words']:,} planted words",
        "Objects": f"{searched['objects']:,}, in {searched['versions']:,} versions of {searched['bytes']:,} bytes",
        "Read": f"{searched['versions_read']:,} versions of {searched['bytes_read']:,} bytes; "
        f"{searched['catalog_tables']:,} tables of the catalog; {searched['source_table']}",
        "Listing, SHA-256": searched["listing_sha256"],
        "Code, SHA-256": told["code_sha256"],
        "By": told["by"],
        "From, to": f"{told['began']}, {told['ended']}",
        **{f"Format: {name}": f"{count:,}" for name, count in searched["by_format"].items()},
        **{f"Place: {name}": f"{count:,} versions" for name, count in searched["by_place"].items()},
    }
    found = [
        (each["place"], each["key"], each["version_id"], each["where"], each["count"]) for each in told["findings"]
    ]
    unread = [(each["what"], each["version_id"], each["why"]) for each in told["unread"]]
    return Template(_TEMPLATE.read_text(encoding="utf-8")).substitute(
        environment=text(told["environment"]),
        reference=text(told["reference"]),
        look="good" if told["proven"] else "bad",
        word="Nothing is left" if told["proven"] else "Not proven",
        verdict=text(_verdict(told)),
        style=style(),
        facts=_rows(facts.items()),
        findings=_rows(found),
        unread=_rows(unread),
        rules="\n".join(f"<li>{text(each)}</li>" for each in told["rules"]),
        out_of_reach="\n".join(f"<li>{text(each)}</li>" for each in told["out_of_reach"]),
    )


def _verdict(told: dict[str, Any]) -> str:
    changed = "; the bucket changed meanwhile" if told["changed_meanwhile"] else ""
    return f"{told['findings_total']:,} findings, {len(told['unread']):,} not read{changed}"


def _rows(rows: Iterable[tuple[Any, ...]]) -> str:
    return "\n".join(row(*map(str, cells)) for cells in rows)
