from __future__ import annotations

import os
import subprocess
import sys

import pytest

from modules.contract.settings import ARROW_MEMORY_VARIABLES

#: The allocator tells its options when it is first used.
PROGRAM = "import pyarrow; assert pyarrow.default_memory_pool().backend_name == 'mimalloc'; pyarrow.array([1])"


@pytest.mark.parametrize("variable", ARROW_MEMORY_VARIABLES)
def test_arrows_allocator_takes_the_setting(variable: str) -> None:
    told = {"MIMALLOC_VERBOSE": "1", **ARROW_MEMORY_VARIABLES}
    done = subprocess.run(
        (sys.executable, "-c", PROGRAM), env={**os.environ, **told}, capture_output=True, text=True, check=True
    )
    option = variable.removeprefix("MIMALLOC_").lower()
    assert f"option '{option}': {ARROW_MEMORY_VARIABLES[variable]} " in done.stdout + done.stderr
