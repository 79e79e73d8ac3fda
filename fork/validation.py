"""Terraform reads the fork's stacks with the provider that they require, where that provider can be had."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Final

from fork.environment import Documents, ForkError
from local.cdktf_command import QUIET
from local.machine_tools import tool_environment
from local.synthesis import DOCUMENT
from scan.environment import json_of, run

_OUT_OF_REACH: Final = "Failed to query available provider packages"


def validate(documents: Documents, folder: Path) -> str:
    """Have Terraform check every stack against the provider's schema in ``folder``; return what to say of it.

    Raises:
        ForkError: a stack is not valid, or makes Terraform warn; or Terraform failed.
    """
    for number, (stack, document) in enumerate(documents.items()):
        (folder / DOCUMENT).write_text(json.dumps(document), encoding="utf-8")
        if number == 0:  # all require the same
            done = _terraform(folder, "init", "-backend=false", "-input=false", "-no-color")
            if _OUT_OF_REACH in done.stderr:
                return f"NOT VALIDATED, for the provider is out of reach here:\n{done.stderr.strip()}"
            if done.returncode != 0:
                raise ForkError(done.stdout + done.stderr)
        diagnostics = json_of(_terraform(folder, "validate", "-json"))["diagnostics"]
        if diagnostics:
            message = f"{stack} is not as the provider wants it: {json.dumps(diagnostics, indent=2)}"
            raise ForkError(message)
    return f"{len(documents)} stacks are valid, without a warning"


def _terraform(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["terraform", f"-chdir={folder}", *arguments]
    return run(command, **{**QUIET, "PATH": tool_environment()["PATH"], "TF_IN_AUTOMATION": "1"})
