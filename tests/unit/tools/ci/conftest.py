"""Plans of the real Terraform, of resources that need no provider: nothing is downloaded, nothing reaches a cloud."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any, Final

import pytest

from tools.ci.commands import plan

#: What is there before, and what the plan is of.
BEFORE: Final = """
variable "password" {
  default   = "first-secret"
  sensitive = true
}
resource "terraform_data" "kept" { input = "same" }
resource "terraform_data" "changed" { input = 300 }
resource "terraform_data" "long" { input = "a text of much more than forty characters, by which tables would burst" }
resource "terraform_data" "secret" { input = var.password }
resource "terraform_data" "nested" { input = { user = "reader", password = var.password } }
resource "terraform_data" "replaced" { triggers_replace = "one | `two`" }
resource "terraform_data" "gone" { input = "lost" }
resource "terraform_data" "gone_too" { input = "lost" }
resource "terraform_data" "old_name" { input = "moved" }
resource "terraform_data" "forgotten" { input = "left alone" }
output "seconds" { value = 300 }
"""
AFTER: Final = """
variable "password" {
  default   = "second-secret"
  sensitive = true
}
resource "terraform_data" "kept" { input = "same" }
resource "terraform_data" "changed" { input = 900 }
resource "terraform_data" "long" { input = "another text of much more than forty characters, named and not shown" }
resource "terraform_data" "secret" { input = var.password }
resource "terraform_data" "nested" { input = { user = "writer", password = var.password } }
resource "terraform_data" "replaced" { triggers_replace = "one | `three`" }
resource "terraform_data" "new_name" { input = "moved" }
resource "terraform_data" "added" {}
moved {
  from = terraform_data.old_name
  to   = terraform_data.new_name
}
removed {
  from = terraform_data.forgotten
  lifecycle { destroy = false }
}
output "seconds" { value = 900 }
"""
#: Together more than fits into a comment: few resources, which Terraform plans soon, of long names.
MANY: Final = 180
LONG: Final = "long-" * 80


@pytest.fixture(scope="session")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as cdktf lays one out, with what is there before applied."""
    folder = tmp_path_factory.mktemp("terraform") / "stacks" / "sample"
    folder.mkdir(parents=True)
    (folder / "main.tf").write_text(BEFORE, encoding="utf-8")
    for command in (("init", "-input=false"), ("apply", "-input=false", "-auto-approve")):
        subprocess.run(("terraform", *command), check=True, cwd=folder, env=dict(os.environ), capture_output=True)
    return folder


def planned(root: Path, text: str) -> dict[str, Any]:
    (root / "main.tf").write_text(text, encoding="utf-8")
    return plan(root)


@pytest.fixture(scope="session")
def real_plan(root: Path) -> dict[str, Any]:
    """A plan with changes of every kind."""
    return planned(root, AFTER)


@pytest.fixture(scope="session")
def empty_plan(root: Path) -> dict[str, Any]:
    """A plan of what is there."""
    return planned(root, BEFORE)


@pytest.fixture(scope="session")
def large_plan(root: Path) -> dict[str, Any]:
    """A plan that adds more than fits into a comment, and destroys two."""
    names = f'[for number in range({MANY}) : "{LONG}${{number}}"]'
    many = f'resource "terraform_data" "many" {{ for_each = toset({names}) }}\n'
    gone = [line for line in BEFORE.splitlines() if '"gone' not in line]
    return planned(root, many + "\n".join(gone))
