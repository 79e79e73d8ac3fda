"""A browser without a screen: the machine's own, or the one that npm brings along."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import pytest

from tools.local.machine_tools import PROJECT

_NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "chrome-headless-shell")
_PACKAGE: Final = PROJECT / "node_modules" / "@sparticuz" / "chromium"
_SCRIPTS: Final = PROJECT / "tests" / "report"
#: Of all fonts only those that came with the browser: with none at all, it crashes.
_FONTS: Final = """\
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{folder}/fonts</dir><cachedir>{folder}/font-cache</cachedir></fontconfig>
"""


def browser_variables(folder: Path) -> dict[str, str]:
    """Return the environment in which a script finds a browser; what has to be unpacked goes to ``folder``."""
    own = next((path for name in _NAMES if (path := shutil.which(name))), None)
    if own is not None:
        return {**os.environ, "BROWSER_EXECUTABLE": own}
    if not _PACKAGE.is_dir() or (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        pytest.skip(f"none of {', '.join(_NAMES)} is on PATH, and {_PACKAGE} runs on Linux with x86-64 only")
    # The package unpacks to the temporary folder, and its libraries only where it takes itself to be in a Lambda.
    unpacking = {**os.environ, "TMPDIR": str(folder), "AWS_EXECUTION_ENV": "AWS_Lambda_nodejs20.x"}
    script = "import('@sparticuz/chromium').then(({default: it}) => it.executablePath()).then(console.log)"
    made = subprocess.run(
        ("node", "--eval", script), check=True, cwd=PROJECT, env=unpacking, capture_output=True, text=True
    )
    fonts = folder / "fonts.conf"
    fonts.write_text(_FONTS.format(folder=folder))
    return {
        **os.environ,
        "BROWSER_EXECUTABLE": made.stdout.strip(),
        "LD_LIBRARY_PATH": f"{folder}/al2023/lib",
        "FONTCONFIG_FILE": str(fonts),
    }


def look(page: Path, variables: dict[str, str], screens: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Open a page on each screen (``width``, ``colorScheme``) and return what is to be seen, as look.mjs says it."""
    return run_script("look.mjs", variables, str(page), json.dumps(screens))


def run_script(script: str, variables: dict[str, str], *arguments: str) -> list[dict[str, Any]]:
    """Run a script of this folder with the browser, and return what it prints."""
    done = subprocess.run(
        ("node", str(_SCRIPTS / script), *arguments),
        check=False,
        cwd=PROJECT,
        env=variables,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    seen: list[dict[str, Any]] = json.loads(done.stdout)
    return seen
