"""What was lost, and what came back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rich.console import Console

from ops.overwritten import Former
from ops.platform import Platform
from ops.restore import LostTable

#: So many keys of a plan are shown.
_SHOWN: Final = 20


def line(lost: LostTable) -> str:
    """Return what is wrong with a table, and the state that it would get."""
    state = lost.state
    if state is None:
        return f"{lost.reason} Nothing of it is left in the bucket."
    rows = f"run of {state.business_day or 'another program'}, {state.rows:,} rows" if state.current else "empty"
    return f"{lost.reason} It would get {state.metadata_location.rpartition('/')[2]}: {rows}."


def plan(found: Sequence[Former], bucket: str) -> list[str]:
    """Return what would hold its former content again."""
    told = [f"Put back the former version of {len(found):,} overwritten objects of {bucket}:"]
    told += [f"  {each.key}" for each in found[:_SHOWN]]
    return told if len(found) <= _SHOWN else [*told, f"  and {len(found) - _SHOWN:,} more"]


def show(back: int, put_back: int, lost: Sequence[LostTable], platform: Platform, console: Console) -> None:
    """Print what came back, and what to look at next."""
    if not back and not put_back and not lost:
        console.print("Nothing is lost: no object to bring back, and every table is whole.")
        return
    show_done(back, put_back, lost, console)
    if any(each.state and not each.state.current for each in lost):
        console.print(f"Tables that are empty now, ETL-2 fills: {platform.command('curate')}.", soft_wrap=True)
    console.print(f"Look: {platform.command('doctor')}. It says what to do about what is not whole.", soft_wrap=True)


def show_done(back: int, put_back: int, registered: Sequence[LostTable], console: Console) -> None:
    """Print what was done, a table a line: also of what then ended with an error."""
    console.print(f"{back:,} objects are back, {put_back:,} hold what they held before.")
    for each in registered:
        console.print(f"{each.name} is registered again.", soft_wrap=True)
