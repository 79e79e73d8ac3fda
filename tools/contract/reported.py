"""What is told of a contract that was just made: what was seen of each attribute, and what comes next."""

from __future__ import annotations

from pathlib import Path

from tools.contract.inference import Observation
from tools.contract.names import module_of
from tools.contract.written import Outcome, made_by


def report(seen: Observation, outcome: Outcome, target: Path, name: str, table: str) -> str:
    """Return what is told on the screen: a line for each attribute, and what is to be done."""
    width = max(len(attribute.name) for attribute in seen.attributes)
    lines = [f"{seen.items:,} items were read."]
    for attribute in seen.attributes:
        made = made_by(attribute, seen) or "no column"
        missing = f"{attribute.percent_missing:5.1f} % missing"
        odd = f"  {sum(attribute.odd.values())} odd" if attribute.odd else ""
        lines.append(f"  {attribute.name:{width}}  {made:14}  {missing}{odd}")
    rejected = ", ".join(f"{times} {code}" for code, times in outcome.rejected.items())
    lines.append(
        f"The contract takes {outcome.accepted:,} of them" + (f"; it would reject {rejected}." if rejected else ".")
    )
    home = module_of(name)
    lines += [
        f"Written: {target}. Read each line: classes and types are guesses until you confirm them.",
        *([f"Move it to {home}."] if target.resolve() != home else ()),
        f"Then: python -m tools.contract check {name} --table {table}",
        f"      make demo CONTRACT={name}",
    ]
    return "\n".join(lines) + "\n"
