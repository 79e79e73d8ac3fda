"""Rejected items, and what a replay made of them."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.text import Text

from ops.platform import Platform
from ops.rejects import RejectedItem, Rejects, Replay
from ops.show.screen import document, visible
from ops.show.tables import print_table, table


def show(rejects: Rejects, console: Console, *, items: bool) -> None:
    """Print the counts by reason, and examples: places and keys; with ``items``, whole reasons and the items."""
    share = rejects.total / rejects.scanned if rejects.scanned else 0.0
    head = (
        f"{rejects.total:,} of {rejects.scanned:,} items rejected ({share:.2%}) by run {rejects.run_id} of {rejects.dt}"
    )
    console.print(Text(head, style="bold"), soft_wrap=True)
    if not rejects.total:
        return
    made = table("reason", "items", numbers=("items",))
    for code, count in rejects.by_code.items():
        made.add_row(code, f"{count:,}")
    print_table(made, console)
    for examples in rejects.examples.values():
        for example in examples:
            place = f": {example.place}" if example.place else ""
            console.print(Text(visible(example.reason if items else f"{example.code}{place}")), soft_wrap=True)
            console.print(Text(f"    {visible(example.key)}", style="dim"), soft_wrap=True)
            if items:
                console.print(Text(f"    {visible(example.item)}", style="dim"), soft_wrap=True)


def told(rejects: Rejects, *, items: bool) -> dict[str, Any]:
    """Return the same as one JSON document."""
    examples = {code: [_told(each, items=items) for each in kept] for code, kept in rejects.examples.items()}
    return {**document(rejects), "examples": examples, "total": rejects.total}


def _told(example: RejectedItem, *, items: bool) -> dict[str, str]:
    words = {"reason": example.reason, "item": example.item} if items else {}
    return {"key": example.key, "place": example.place, **words}


def show_replay(replay: Replay, platform: Platform, console: Console) -> None:
    """Print what would now be accepted, and what to do to have it."""
    still = sum(replay.still.values())
    total = replay.accepted_total + still
    head = f"{replay.accepted_total:,} of {total:,} rejected items of run {replay.run_id} would now be accepted"
    console.print(Text(head, style="bold"), soft_wrap=True)
    made = table("outcome", "items", numbers=("items",))
    for kind, count in replay.accepted.items():
        made.add_row(Text(f"accepted: {kind}", style="green"), f"{count:,}")
    for code, count in replay.still.items():
        made.add_row(f"still rejected: {code}", f"{count:,}")
    print_table(made, console)
    for key in replay.examples:
        console.print(Text(f"    {visible(key)}", style="dim"), soft_wrap=True)
    console.print("By this checkout's rules; nothing was written.")
    if replay.accepted_total:
        console.print(f"To have them: {platform.deploy}", soft_wrap=True)
        console.print(f"              {platform.command('run')}", soft_wrap=True)
