"""modules/terraform.py as it would be after the move: the same text with two prefixes changed, and nothing else."""

from __future__ import annotations

import re
import sys
from importlib.util import find_spec, module_from_spec
from pathlib import Path
from typing import Final

DOOR: Final = "modules.terraform"
#: CDKTF's packages and the fork's. The bindings' name begins with the framework's: it comes first.
PREFIXES: Final = {"cdktf_cdktf_provider_aws": "cdktn_provider_aws", "cdktf": "cdktn"}


def moved(source: str) -> str:
    """Return the door's text with the fork's prefixes, where packages are imported or registered."""
    for old, new in PREFIXES.items():
        source = re.sub(
            rf'^(?P<before>(?:from|import|    import) |register_without_executing\("){old}\b',
            rf"\g<before>{new}",
            source,
            flags=re.MULTILINE,
        )
    return source


def install() -> None:
    """Put the moved door in the place of the one that is there, for all that is imported from now on."""
    spec = find_spec(DOOR)
    if spec is None or spec.origin is None or DOOR in sys.modules:
        message = f"{DOOR} is missing, or imported already"
        raise ImportError(message)
    source = Path(spec.origin).read_text(encoding="utf-8")
    door = module_from_spec(spec)
    sys.modules[DOOR] = door
    exec(compile(moved(source), spec.origin, "exec"), door.__dict__)  # noqa: S102 our own text
