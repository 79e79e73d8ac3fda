from __future__ import annotations

import os
import subprocess
import sys

import pytest

from contract.settings import ARROW_MEMORY_VARIABLES

#: The allocator tells its options when it is first used.
PROGRAM = "import pyarrow; assert pyarrow.default_memory_pool().backend_name == 'mimalloc'; pyarrow.array([1])"


#: Two threads have memory at once; glibc tells its heaps.
HEAPS = """
import ctypes, threading
meeting = threading.Barrier(2)
def work():
    ctypes.CDLL(None).malloc(100_000)
    meeting.wait()
threads = [threading.Thread(target=work) for _ in range(2)]
[thread.start() for thread in threads], [thread.join() for thread in threads]
libc = ctypes.CDLL(None)
libc.malloc_info(0, ctypes.c_void_p.in_dll(libc, "stdout"))
libc.fflush(None)
"""


def heaps(variables: dict[str, str]) -> int:
    environment = {name: value for name, value in os.environ.items() if name not in ARROW_MEMORY_VARIABLES}
    told = subprocess.run(
        (sys.executable, "-c", HEAPS), env={**environment, **variables}, capture_output=True, text=True, check=True
    )
    return told.stdout.count("<heap nr=")


def test_all_threads_share_a_heap() -> None:
    assert heaps(ARROW_MEMORY_VARIABLES) == 1 < heaps({})


@pytest.mark.parametrize("variable", [name for name in ARROW_MEMORY_VARIABLES if name.startswith("MIMALLOC_")])
def test_arrows_allocator_takes_the_setting(variable: str) -> None:
    told = {"MIMALLOC_VERBOSE": "1", **ARROW_MEMORY_VARIABLES}
    done = subprocess.run(
        (sys.executable, "-c", PROGRAM), env={**os.environ, **told}, capture_output=True, text=True, check=True
    )
    option = variable.removeprefix("MIMALLOC_").lower()
    assert f"option '{option}': {ARROW_MEMORY_VARIABLES[variable]} " in done.stdout + done.stderr
