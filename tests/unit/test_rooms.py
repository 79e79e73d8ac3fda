"""The house's own rules: who may import whom, where clients come from, and that every exception says why."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import grimp
import pytest
from grimp import ImportGraph

from tools.local.machine_tools import PROJECT
from tools.site.pictures.rooms import ROOMS

#: What a person reads in one sitting, in lines; and why a file of a room is longer or shorter.
SITTING = range(15, 251)
OTHERWISE = {
    "contract/runs.py": "a run summary is written, read back and checked side by side",
    "contract/source.py": "what a contract says, and the rules that it has to keep",
    "contract/units.py": "all programs count in it",
    "contract/version.py": "pyproject.toml reads it, and a release changes no other file of the program",
    "envs/naming.py": "a list: every physical name",
    "envs/schema.py": "a list: every setting",
    "glue_src/exceptions.py": "a list: the whole hierarchy, drawn on top",
    "glue_src/tables.py": "one document, and all that is read from it",
    "lambda_src/scan.py": "what asks for pages and what it hooks into botocore know each other",
    "modules/ci/access.py": "a list: a row for each type of resource",
    "modules/outputs.py": "the constructs of all stacks give them",
    "modules/terraform.py": "a list: the one place that imports CDKTF",
    "ops/person/scanning.py": "formats lie in one another: what reads one calls what reads the others",
    "tools/fuzz/properties.py": "one list of properties for tests, corpus and fuzzer",
    "tools/local/enforcing_emulator.py": "runs as a script that cannot import the project",
    "tools/scan/privilege/unrecorded.py": "a list: a reason for each grant",
}


@pytest.fixture(scope="module")
def imports() -> ImportGraph:
    return grimp.build_graph(*ROOMS, cache_dir=None)


def test_rooms_import_only_what_is_below_them() -> None:
    # In a process of its own: it changes the logging of the process that it runs in.
    command = (str(Path(sys.executable).with_name("lint-imports")), "--no-cache")
    done = subprocess.run(command, cwd=PROJECT, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_every_folder_of_python_files_is_a_room() -> None:
    folders = {path.parent.name for path in PROJECT.glob("*/*.py")}
    assert folders == {*ROOMS, "tests"}


def test_no_files_import_each_other_in_a_circle(imports: ImportGraph) -> None:
    circles = [
        f"{one} -> {' -> '.join(back)}"
        for one in imports.modules
        for other in imports.find_modules_directly_imported_by(one)
        if (back := imports.find_shortest_chain(other, one)) is not None
    ]
    assert circles == []


@pytest.mark.parametrize(
    ("room", "home"), [("lambda_src", "clients.py"), ("glue_src", "clients.py"), ("ops", "platform.py")]
)
def test_aws_clients_come_from_one_place(room: str, home: str) -> None:
    making = [
        file.relative_to(PROJECT / room).as_posix()
        for file in (PROJECT / room).rglob("*.py")
        if any(
            isinstance(node, ast.Import) and node.names[0].name == "boto3"
            for node in ast.walk(ast.parse(file.read_text("utf-8")))
        )
    ]
    assert making == [home]


def test_every_exception_to_a_rule_says_why() -> None:
    bare = re.compile(r"noqa: [A-Z0-9, ]+$")
    folders = [PROJECT / name for name in (*ROOMS, "tests")]
    assert [
        f"{file.relative_to(PROJECT)}: {line.strip()}"
        for folder in folders
        for file in folder.rglob("*.py")
        for line in file.read_text("utf-8").splitlines()
        if bare.search(line)
    ] == []


def test_a_file_is_as_long_as_a_sitting_or_says_why_not() -> None:
    files = [file for room in ROOMS for file in (PROJECT / room).rglob("*.py") if file.name != "__init__.py"]
    lengths = {file.relative_to(PROJECT).as_posix(): file.read_text("utf-8").count("\n") for file in files}
    assert {name for name, lines in lengths.items() if lines not in SITTING} == OTHERWISE.keys()
