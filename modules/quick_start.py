"""What keeps most of the AWS provider's bindings from being loaded, in Python and in jsii's Node.

They hold over two thousand modules on either side, of which a stack needs some forty. Standard library only.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec, module_from_spec
from pathlib import Path
from typing import Final

#: For Node to load first: see there.
LAZY_PROVIDER: Final = Path(__file__).with_name("lazy_provider.cjs")
_NODE_OPTIONS: Final = "NODE_OPTIONS"


def register_without_executing(package: str) -> None:
    """Make ``package`` importable as a parent of its submodules without running its ``__init__``.

    A package that is registered already is left as it is.

    Raises:
        ModuleNotFoundError: the package is not installed.
    """
    if package in sys.modules:
        return
    spec = find_spec(package)
    if spec is None:
        message = f"package {package!r} is not installed; run `make setup`"
        raise ModuleNotFoundError(message, name=package)
    sys.modules[package] = module_from_spec(spec)


@contextmanager
def node_preloading(script: Path) -> Iterator[None]:
    """Have a Node that is started inside this block load ``script`` first; others are as before."""
    before = os.environ.get(_NODE_OPTIONS)
    # Node takes quotes and backslashes there as JSON does: https://nodejs.org/api/cli.html#node_optionsoptions
    option = f"--require {json.dumps(str(script), ensure_ascii=False)}"
    os.environ[_NODE_OPTIONS] = f"{before} {option}" if before else option
    try:
        yield
    finally:
        if before is None:
            del os.environ[_NODE_OPTIONS]
        else:
            os.environ[_NODE_OPTIONS] = before
