"""``write`` writes the generated files of docs/; ``build`` makes the site; ``follow`` carries the tutorial out."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Final

from envs.prod import PROD
from envs.selection import CHOICE_VARIABLE
from tools.local.errors import SideEnvironmentError, SynthesisError
from tools.local.machine_tools import PROJECT
from tools.local.synthesis import synthesize
from tools.site.follow import PageError, follow
from tools.site.pages import DOCS, pages, stacks_of_prod
from tools.site.pictures.drawing import DrawingError
from tools.site.site import SITE, SiteError, build

TUTORIAL: Final = DOCS / "tutorial.md"


def main() -> int:
    """Do what the argument says, and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.site", description=__doc__)
    parser.add_argument("action", choices=tuple(_ACTIONS))
    try:
        _ACTIONS[parser.parse_args().action]()
    except (DrawingError, PageError, SiteError, SideEnvironmentError, SynthesisError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _write() -> None:
    with tempfile.TemporaryDirectory() as folder:
        documents = synthesize(Path(folder), [sys.executable, "main.py"], **{CHOICE_VARIABLE: PROD.name})
        for path, text in pages(stacks_of_prod(documents)).items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")


def _build() -> None:
    build()
    sys.stdout.write(f"{(SITE / 'index.html').relative_to(PROJECT)}\n")


def _follow() -> None:
    sys.stdout.write(f"{TUTORIAL.relative_to(PROJECT)}: {follow(TUTORIAL)} steps, each as the page says\n")


_ACTIONS: Final = {"write": _write, "build": _build, "follow": _follow}

if __name__ == "__main__":
    sys.exit(main())
