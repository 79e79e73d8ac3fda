"""Synthesized stacks as plain values: what Terraform will read, without CDKTF's own notes."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contract.version import VERSION
from tools.local.synthesis import DOCUMENT, documents_in, synth_environment
from tools.scan.variants import OTHER_ENGINES, OWN_KEY, OWN_KEY_OTHER_ENGINES

ROOT = Path(__file__).parents[2]
#: What runs the platform's own code says whose: its version.
COMPUTE_TAGS = {"ResourceType": "COMPUTE", "Version": VERSION}
ENVIRONMENTS = ("test", "prod", "local")
STACKS = tuple(f"cat-{env}-{part}" for env in ENVIRONMENTS for part in ("normalize", "etl2"))
#: The stacks of prod, had they the other engines: no environment ships with them.
GLUE_VARIANT = "cat-prod-normalize with extract.engine = glue"
ARROW_VARIANT = "cat-prod-etl2 with transform.engine = arrow"
#: And had they a key of their own.
KEY_NORMALIZE, KEY_ETL = "cat-prod-normalize with its own key", "cat-prod-etl2 with its own key"
KEY_GLUE_VARIANT, KEY_ARROW_VARIANT = f"{GLUE_VARIANT} and its own key", f"{ARROW_VARIANT} and its own key"
OWN_KEY_STACKS = (KEY_NORMALIZE, KEY_ETL, KEY_GLUE_VARIANT, KEY_ARROW_VARIANT)
#: Each with the variant of the environment that it is in.
VARIANTS = {
    **dict.fromkeys((GLUE_VARIANT, ARROW_VARIANT), OTHER_ENGINES),
    **dict.fromkeys((KEY_NORMALIZE, KEY_ETL), OWN_KEY),
    **dict.fromkeys((KEY_GLUE_VARIANT, KEY_ARROW_VARIANT), OWN_KEY_OTHER_ENGINES),
}
#: Never connected to: synthesizing asks nothing of AWS.
LOOPBACK = "http://127.0.0.1:9"

_REFERENCE = re.compile(r"\$\{((?:data\.)?[a-z0-9_]+\.[a-z0-9_]+)\.([a-z_]+)\}")

#: Tokens that Terraform fills in.
ACCOUNT = "${data.aws_caller_identity.current.account_id}"
PARTITION = "${data.aws_partition.current.partition}"
BUCKET = "${aws_s3_bucket.reports.arn}"
FOUND_BUCKET = "${data.aws_s3_bucket.reports.arn}"


def arn(service: str, resource: str) -> str:
    return f"arn:{PARTITION}:{service}:us-east-1:{ACCOUNT}:{resource}"


@dataclass(frozen=True)
class Stack:
    """One stack's folder and its Terraform document."""

    name: str
    folder: Path
    document: dict[str, Any]

    @property
    def env(self) -> str:
        return self.name.split("-")[1]

    def __getitem__(self, address: str) -> dict[str, Any]:
        """Return a copy of a resource, or with a leading ``data.`` of a data source, by its Terraform address."""
        *data, type_name, name = address.split(".")
        found: dict[str, Any] = self.document[data[0] if data else "resource"][type_name][name]
        return {key: deepcopy(value) for key, value in found.items() if key != "//"}

    @property
    def addresses(self) -> list[str]:
        """Every address as ``terraform state list`` shows it, sorted."""
        return sorted(
            f"{prefix}{type_name}.{name}"
            for kind, prefix in (("resource", ""), ("data", "data."))
            for type_name, named in self.document.get(kind, {}).items()
            for name in named
        )

    def of_type(self, type_name: str) -> dict[str, dict[str, Any]]:
        return {name: self[f"{type_name}.{name}"] for name in self.document["resource"].get(type_name, {})}

    def json_of(self, address: str, argument: str) -> Any:
        """Return an argument that holds JSON text."""
        return json.loads(self[address][argument])

    def statements(self, address: str, argument: str = "policy") -> list[dict[str, Any]]:
        """Return the statements of a policy, once it is clear that it is of the present version of policies."""
        policy = self.json_of(address, argument)
        assert policy["Version"] == "2012-10-17"
        found: list[dict[str, Any]] = policy["Statement"]
        return found

    def resolved(self, text: str) -> str:
        """Return ``text`` with what it takes of the stack's resources, where that is one of their arguments."""
        return _REFERENCE.sub(lambda found: str(self[found[1]][found[2]]), text)

    @property
    def text(self) -> str:
        return (self.folder / DOCUMENT).read_text(encoding="utf-8")


def stacks_in(folder: Path) -> dict[str, Stack]:
    return {
        name: Stack(name, file.parent, json.loads(file.read_text(encoding="utf-8")))
        for name, file in documents_in(folder).items()
    }


def run_main(folder: Path, working_directory: Path = ROOT, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run main.py as the cdktf command does, into ``folder``, with no other AWS or CAT variables than ``variables``."""
    return _run([str(ROOT / "main.py")], folder, working_directory, variables)


def run_main_for_variant(folder: Path, variant: str, *program: str) -> subprocess.CompletedProcess[str]:
    """Run main.py, or another ``program``, for a variant of prod that no environment ships as."""
    return _run(["-m", "tools.scan.synthesis", variant, *program], folder, ROOT, {})


def _run(
    program: list[str], folder: Path, working_directory: Path, variables: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    environment = {**synth_environment(folder), **variables}
    command = [sys.executable, *program]
    return subprocess.run(
        command, cwd=working_directory, env=environment, capture_output=True, text=True, check=False, timeout=600
    )
