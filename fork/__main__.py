"""``python -m fork``: synthesize all stacks with CDKTF and with its fork, and compare them; say how they differ."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from fork.comparison import complaints, differences
from fork.environment import ForkError, synthesize_ours, synthesize_with_fork
from fork.expected import EXPECTED
from fork.validation import validate
from local.errors import SynthesisError
from scan.environment import ScanError


def main() -> None:
    """Compare, then validate; end with 1 where a difference is not expected or a stack is not valid."""
    try:
        with tempfile.TemporaryDirectory() as folder:
            for line in compare(Path(folder)):
                print(line, flush=True)
    except (ForkError, ScanError, SynthesisError) as error:
        sys.exit(f"fork: {error}")


def compare(folder: Path) -> list[str]:
    """Return what to say of the comparison and of the validation.

    Raises:
        ForkError: a difference is not expected, or an expected one is not there; or a stack is not valid.
        SynthesisError: a synth failed.
    """
    ours, theirs = synthesize_ours(folder / "ours"), synthesize_with_fork(folder / "theirs")
    objections = complaints(differences(ours, theirs), list(ours))
    if objections:
        raise ForkError("\n".join(objections))
    resources = sum(len(named) for document in ours.values() for named in document["resource"].values())
    said = [f"compared: {len(ours)} stacks with {resources} resources; each stack differs in {len(EXPECTED)} places:"]
    said += [f"  {entry.path}: {entry.ours} → {entry.theirs}. {entry.reason}" for entry in EXPECTED]
    validated = folder / "validated"
    validated.mkdir()
    return [*said, f"terraform validate: {validate(theirs, validated)}"]


if __name__ == "__main__":
    main()
