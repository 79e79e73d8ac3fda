"""What is held of people, and what a proof found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.text import Text

from ops.person.places import Place, Spot
from ops.show.screen import document, visible
from ops.show.tables import print_table, table

if TYPE_CHECKING:
    from ops.person.finding import Count, Findings
    from ops.person.proof import Proof

#: So many of what could not be read are named on the screen; JSON names all.
_SHOWN = 20


def told(findings: Findings) -> dict[str, Any]:
    """Return findings as one JSON document; each person's counts where several were looked for."""
    users = {user: {"held": findings.held[user], "mentioned": findings.mentioned[user]} for user in findings.users}
    return {
        "users": users,
        "places": [
            {"place": spot.place.value, "table": spot.table, "old_versions": spot.is_old, **document(count)}
            for spot, count in _ordered(findings)
        ],
        "held": findings.held.total(),
        "mentioned": findings.mentioned.total(),
        "objects_read": findings.objects_read,
        "unread": [document(each) for each in findings.unread],
        "complete": findings.is_complete,
    }


def _ordered(findings: Findings) -> list[tuple[Spot, Count]]:
    order = list(Place)
    found = [(spot, count) for spot, count in findings.places.items() if count.rows or count.mentions]
    return sorted(found, key=lambda each: (order.index(each[0].place), each[0].table, each[0].is_old))


def show(findings: Findings, console: Console) -> None:
    """Print counts by place, then what could not be read."""
    known = sum(findings.held[user] > 0 for user in findings.users)
    people = f"{known:,} of {len(findings.users):,} people are" if len(findings.users) > 1 else "this person is"
    head = f"{findings.held.total():,} rows held: {people} found" if known else "Nothing is held of whom you asked for"
    console.print(Text(f"{head}. {findings.objects_read:,} objects read.", style="bold"), soft_wrap=True)
    made = table(
        "place", "table", "rows", "objects", "mentions", numbers=("rows", "objects", "mentions"), folds=("place",)
    )
    for spot, count in _ordered(findings):
        old = ", old versions" if spot.is_old else ""
        made.add_row(
            f"{spot.place.value}{old}", spot.table, f"{count.rows:,}", f"{count.objects:,}", f"{count.mentions:,}"
        )
    if made.row_count:
        print_table(made, console)
    if findings.mentioned:
        console.print(
            f"Mentioned in {findings.mentioned.total():,} rows that are not theirs: other people's words.",
            soft_wrap=True,
        )
    show_unread([f"{each.what} {each.version_id}: {each.why}" for each in findings.unread], console)


def show_unread(unread: Sequence[str], console: Console) -> None:
    """Print what could not be read."""
    if not unread:
        return
    console.print(Text(f"INCOMPLETE: {len(unread):,} could not be read.", style="bold red"), soft_wrap=True)
    for line in unread[:_SHOWN]:
        console.print(Text(f"  {visible(line)}"), soft_wrap=True)
    if len(unread) > _SHOWN:
        console.print(f"  and {len(unread) - _SHOWN:,} more: --json names all.")


def show_proof(proof: Proof, console: Console) -> None:
    """Print what is left, or that nothing is, and what could not be read."""
    look = "green" if proof.is_proven else "bold red"
    verdict = "Nothing is left" if proof.is_proven else f"{len(proof.findings):,} findings"
    searched = f"{proof.versions_read:,} versions, {proof.bytes_read:,} bytes, {proof.catalog_tables:,} tables searched"
    console.print(Text(f"{verdict}: {searched}.", style=look), soft_wrap=True)
    made = table("place", "key", "version", "where", "times", numbers=("times",), folds=("where",))
    for finding in proof.findings[:_SHOWN]:
        made.add_row(finding.place, visible(finding.key), finding.version_id, finding.where, f"{finding.count:,}")
    if made.row_count:
        print_table(made, console)
    if len(proof.findings) > _SHOWN:
        console.print(f"and {len(proof.findings) - _SHOWN:,} more: the certificate names all.")
    if proof.changed_meanwhile:
        console.print("The bucket changed while it was searched: repeat when no run is going on.", soft_wrap=True)
    show_unread([f"{each.what} {each.version_id}: {each.why}" for each in proof.unread], console)
