"""Programs that write stacks, run in processes of their own: each in the environment in which cdktf would run it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from tools.local.cdktf_command import QUIET
from tools.local.errors import SynthesisError
from tools.local.machine_tools import PROJECT, tool_environment

#: A stack in Terraform's JSON, in a folder that has the stack's name.
DOCUMENT: Final = "cdk.tf.json"
#: What a shell may hold that would have a program write something else.
FOREIGN: Final = ("AWS_", "CAT_", "CDKTF_", "TF_")


def synth_environment(output: Path, shell: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the environment in which a program writes its stacks into ``output``, whatever ``shell`` has set."""
    kept = {name: value for name, value in shell.items() if not name.startswith(FOREIGN)}
    return {**tool_environment(kept), **QUIET, "CDKTF_OUTDIR": str(output)}


def documents_in(output: Path) -> dict[str, Path]:
    """Return where each stack is that was written into ``output``, by the stacks' names."""
    return {path.parent.name: path for path in sorted(output.glob(f"stacks/*/{DOCUMENT}"))}


def synthesize(output: Path, command: Sequence[str], **variables: str) -> dict[str, Path]:
    """Have a program write its stacks into ``output``, and return where each is, by the stacks' names.

    Raises:
        SynthesisError: the program failed.
    """
    output.mkdir(parents=True, exist_ok=True)
    environment = {**synth_environment(output), **variables}
    done = subprocess.run(command, check=False, cwd=PROJECT, env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        message = f"{' '.join(command[1:])} ended with {done.returncode}:\n{done.stderr.strip()}"
        raise SynthesisError(message)
    return documents_in(output)
