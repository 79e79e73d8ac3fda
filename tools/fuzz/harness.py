"""What the fuzzer runs, over and over: ``python -m tools.fuzz.harness FOLDER … -OPTION=…``, as libFuzzer has it.

Inputs change in two ways: byte by byte, and as trees (``tools.fuzz.mutations``). Coverage of ``lambda_src`` and of the
contract says which changes lead somewhere.
"""

from __future__ import annotations

import json
import shlex
import sys
from random import Random
from typing import Any, Final

import atheris

with atheris.instrument_imports(include=["lambda_src", "contract"]):
    from tools.fuzz import properties

from tools.fuzz.inputs import data_of, items_of
from tools.fuzz.mutations import MOST_ITEMS, mutate

_SHARE_OF_BYTES: Final = 0.15
"""So many of the changes are to bytes."""
_CHANGES: Final = (1, 1, 1, 2, 3, 6)


def check_input(data: bytes) -> None:
    """Check the items of one input; what does not hold is raised."""
    items = items_of(data)
    if items:
        properties.check(items)


def change(data: bytes, most_bytes: int, seed: int) -> bytes:
    """Return a changed input of at most ``most_bytes``."""
    random = Random(seed)
    items = [json.loads(line) for line in items_of(data)]
    if items and random.random() >= _SHARE_OF_BYTES:
        changed = _as_trees(items, random)
        if changed is not None and len(changed) <= most_bytes:
            return changed
    bytes_changed: bytes = atheris.Mutate(data, min(len(data) + 64, most_bytes))
    return bytes_changed


def cross(one: bytes, other: bytes, most_bytes: int, seed: int) -> bytes:
    """Return an input with lines of two."""
    random = Random(seed)
    lines = one.split(b"\n") + other.split(b"\n")
    random.shuffle(lines)
    return b"\n".join(lines[: random.randint(1, MOST_ITEMS)])[:most_bytes]


def _as_trees(items: list[Any], random: Random) -> bytes | None:
    try:
        return data_of(mutate(items, random, random.choice(_CHANGES)), ascii_only=random.random() < 0.5)
    except RecursionError:
        return None


if __name__ == "__main__":
    # To merge, libFuzzer starts itself again by its first argument, which it hands to a shell.
    sys.argv[0] = f"{shlex.quote(sys.executable)} -m tools.fuzz.harness"
    atheris.Setup(sys.argv, check_input, custom_mutator=change, custom_crossover=cross)
    atheris.Fuzz()
