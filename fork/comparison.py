"""Two synths compared, stack by stack, resource by resource and value by value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from fork.environment import Documents
from fork.expected import EXPECTED, Expected

#: In place of a value that one of the two has not.
ABSENT: Final = "(absent)"
#: Notes of CDKTF's own, on construct paths and its version, which Terraform skips.
_NOTES: Final = "//"


@dataclass(frozen=True)
class Difference:
    """A place in a stack's JSON where the two have different values."""

    stack: str
    path: str
    ours: Any
    theirs: Any

    def __str__(self) -> str:
        return f"{self.stack}: {self.path}: {self.ours!r} is {self.theirs!r} with the fork"


def differences(ours: Documents, theirs: Documents) -> list[Difference]:
    """Return every difference, in the order of stacks and paths."""
    return [
        Difference(stack, path, before, after)
        for stack in sorted({*ours, *theirs})
        for path, before, after in _differing(ours.get(stack, ABSENT), theirs.get(stack, ABSENT))
    ]


def _differing(ours: Any, theirs: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    if isinstance(ours, Mapping) and isinstance(theirs, Mapping):
        for name in sorted({*ours, *theirs} - {_NOTES}):
            below = f"{path}.{name}" if path else name
            yield from _differing(ours.get(name, ABSENT), theirs.get(name, ABSENT), below)
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for place, (before, after) in enumerate(zip(ours, theirs, strict=True)):
            yield from _differing(before, after, f"{path}[{place}]")
    # In Python, not in JSON, 1 equals true and 1.0.
    elif (type(ours), ours) != (type(theirs), theirs):
        yield path, ours, theirs


def complaints(
    found: Sequence[Difference], stacks: Sequence[str], expected: Sequence[Expected] = EXPECTED
) -> list[str]:
    """Return what to object to: differences that are not expected, and expected ones that a stack does not have."""
    wanted = [Difference(stack, entry.path, entry.ours, entry.theirs) for entry in expected for stack in stacks]
    return [
        *(f"not expected: {difference}" for difference in found if difference not in wanted),
        *(f"expected, but not found: {difference}" for difference in wanted if difference not in found),
    ]
