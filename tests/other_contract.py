"""The contract of tests/more_sources, where the platform finds contracts: below ``contract/sources``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from contract import sources
from contract.sources import contract_named

MORE_SOURCES: Final = Path(__file__).with_name("more_sources")


@contextmanager
def contracts_below(folder: Path) -> Iterator[None]:
    """Let the modules of ``folder`` be contracts, as those of ``sources`` are."""
    path, loaded = list(sources.__path__), set(sys.modules)
    sources.__path__.append(str(folder))
    try:
        yield
    finally:
        sources.__path__[:] = path
        contract_named.cache_clear()
        for name in {name for name in sys.modules if name.startswith("contract.sources.")} - loaded:
            del sys.modules[name]
            vars(sources).pop(name.split(".")[2], None)
