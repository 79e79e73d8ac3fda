"""What the how-to guides say is done, on a copy of the project: their changes applied, their commands run."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Final

import pytest

from tests.unit.docs.computed import DOCS
from tools.local.machine_tools import PROJECT, VENV
from tools.site.blocks import blocks

#: What the guides' commands need. Generated items and corpora are many files.
_FOLDERS: Final = ("contract", "envs", "glue_src", "lambda_src", "modules", "ops", "tests", "tools")
COPIED: Final = (*_FOLDERS, "pyproject.toml")


def deploys(guide: Path) -> bool:
    """Whether a guide's commands are about something deployed."""
    return any(
        block.language == "bash" and "cdktf" in block.text for block in blocks(guide.read_text(encoding="utf-8"))
    )


GUIDES: Final = sorted((DOCS / "how-to").glob("*.md"))
#: They are followed by tests/integration/test_guides.py.
OF_WHAT_IS_DEPLOYED: Final = [guide for guide in GUIDES if deploys(guide)]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name in COPIED:
        source = PROJECT / name
        if source.is_dir():
            shutil.copytree(source, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "corpus"))
        else:
            shutil.copy(source, tmp_path)
    return tmp_path


def apply(change: str, project: Path) -> None:
    """Apply a change as git shows it; where there is no line number, the lines around it say where it goes."""
    for part in re.split(r"^(?=--- (?:a/|/dev/null$))", change, flags=re.MULTILINE)[1:]:
        heading, *hunks = re.split(r"^@@\n", part, flags=re.MULTILINE)
        path = project / heading.splitlines()[1].removeprefix("+++ b/")
        for hunk in hunks:
            lines = hunk.splitlines(keepends=True)
            before = "".join(line[1:] for line in lines if line[0] in " -")
            after = "".join(line[1:] for line in lines if line[0] in " +")
            if heading.startswith("--- /dev/null"):
                assert not path.exists(), f"{path.name} is there already"
                path.write_text(after, encoding="utf-8")
                continue
            text = path.read_text(encoding="utf-8")
            assert text.count(before) == 1, f"{path.name} does not have these lines once:\n{before}"
            path.write_text(text.replace(before, after), encoding="utf-8")


def said_by(commands: str, project: Path) -> str:
    foreign = ("AWS_", "CAT_", "PYTEST_")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    environment["PATH"] = os.pathsep.join((str(VENV / "bin"), environment["PATH"]))
    command = ("bash", "-euo", "pipefail", "-c", commands)
    done = subprocess.run(command, check=False, cwd=project, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize(
    "guide", [each for each in GUIDES if each not in OF_WHAT_IS_DEPLOYED], ids=lambda guide: guide.stem
)
def test_guide_does_what_it_says(guide: Path, project: Path) -> None:
    said = ""
    found = blocks(guide.read_text(encoding="utf-8"))
    for _, language, text in found:
        if language == "diff":
            apply(text, project)
        elif language == "bash":
            said = said_by(text, project)
        else:
            assert (language, said) == ("text", text)
    assert {"diff", "bash"} <= {block.language for block in found}


def test_the_column_is_written(project: Path) -> None:
    (change,) = (
        block.text
        for block in blocks((DOCS / "how-to" / "add-a-column.md").read_text(encoding="utf-8"))
        if block.language == "diff"
    )
    apply(change, project)
    program = """
from lambda_src.extraction import Extraction
from contract.sources.catia import CONTRACT, CONVERSATIONS
extraction = Extraction(CONTRACT, ())
extraction.add([b'{"PK":{"S":"USER#1"},"SK":{"S":"CONVERSATION#2026-01-30T10:00:00Z"},'
                b'"UserData":{"M":{"ciudad":{"S":"Cali"},"idioma":{"S":"es"}}}}'])
cells = extraction.take_rows()["conversations"].decode().strip().split(",")
print(*(f"{name}={cell}" for name, cell in zip(CONVERSATIONS.column_names, cells, strict=True)))
"""
    cells = said_by(f"python -c '{program.replace(chr(39), chr(34) * 3)}'", project).split()
    assert {"ciudad=Cali", "idioma=es", "message_count=0"} <= {*cells}
