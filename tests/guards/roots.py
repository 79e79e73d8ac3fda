"""Terraform and cdktf, run on synthesized stacks in a test's folder, and what they said."""

from __future__ import annotations

import json
import re
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tools.local.cdktf_command import CDKTF, changed
from tools.local.deployment import readable
from tools.local.machine_tools import PROJECT
from tools.local.workspace import CDKTF_OUTPUT

#: Everything here takes seconds, or a minute where the machine has too much to do; what takes longer hangs.
MOST_SECONDS: Final = 300


@dataclass(frozen=True)
class Done:
    """How a command ended, and both streams as one line of words, however they were wrapped."""

    status: int
    said: str

    @classmethod
    def of(cls, process: subprocess.Popen[str]) -> Done:
        output, _ = process.communicate(timeout=MOST_SECONDS)
        return cls(process.returncode, " ".join(" ".join(readable(output.splitlines())).split()))


def start(command: Sequence[str], folder: Path, variables: Mapping[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command,
        cwd=folder,
        env=dict(variables),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def run(command: Sequence[str], folder: Path, variables: Mapping[str, str]) -> Done:
    return Done.of(start(command, folder, variables))


def cdktf(variables: Mapping[str, str], *arguments: str, output: Path | None = None, folder: Path = PROJECT) -> Done:
    """Run cdktf, on the stacks that lie synthesized in ``output``, or on what it synthesizes itself."""
    given = on_synthesized(output) if output else {}
    return run((str(CDKTF), *arguments), folder, {**variables, **given})


def on_synthesized(output: Path) -> dict[str, str]:
    """Return the variables that have cdktf work on the stacks that lie synthesized in ``output``."""
    return {"CDKTF_SKIP_SYNTH": "true", CDKTF_OUTPUT: str(output)}


@dataclass(frozen=True)
class Root:
    """A folder in which Terraform works."""

    folder: Path
    variables: Mapping[str, str]

    def start(self, *arguments: str, **changes: str | None) -> subprocess.Popen[str]:
        return start(("terraform", *arguments), self.folder, changed(self.variables, changes))

    def terraform(self, *arguments: str, **changes: str | None) -> Done:
        return Done.of(self.start(*arguments, **changes))

    def succeed(self, *arguments: str, **changes: str | None) -> str:
        done = self.terraform(*arguments, **changes)
        assert done.status == 0, done.said
        return done.said

    def output(self, *arguments: str) -> str:
        """What a command that only tells something prints, byte for byte."""
        command = ("terraform", *arguments)
        done = subprocess.run(
            command, cwd=self.folder, env=dict(self.variables), capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def document(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads((self.folder / "cdk.tf.json").read_text(encoding="utf-8"))
        return document

    def without_provider(self, folder: Path) -> Root:
        """A root with this one's settings of Terraform, a state of its own, and no need of the AWS provider."""
        terraform = self.document()["terraform"]
        del terraform["required_providers"]
        terraform["backend"]["s3"]["key"] = f"{folder.name}/terraform.tfstate"
        folder.mkdir()
        root = Root(folder, self.variables)
        root.write({"terraform": terraform})
        return root

    def write(self, document: Mapping[str, Any]) -> None:
        (self.folder / "cdk.tf.json").write_text(json.dumps(document), encoding="utf-8")

    def hold(self, **resources: Mapping[str, Any]) -> None:
        """Let the root consist of ``terraform_data`` resources, which need no provider."""
        self.write({"terraform": self.document()["terraform"], "resource": {"terraform_data": resources}})


def wait_until(is_so: Any) -> None:
    deadline = time.monotonic() + MOST_SECONDS
    while not is_so():
        assert time.monotonic() < deadline, "nothing happened in time"
        time.sleep(0.05)


def fits(pattern: str, said: str) -> bool:
    """Whether ``said`` holds what docs/state.md quotes, where … stands for anything."""
    return re.search(".*?".join(map(re.escape, pattern.split("…"))), said) is not None
