"""Stacks written with the hashes of Terraform's provider beside them: ``terraform init`` takes no other archive."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:  # Whoever only reads the lock starts no Node.
    from modules.terraform import App

PROVIDER_LOCK: Final = Path(__file__).with_name("terraform.lock.hcl")
#: The name by which Terraform finds it in a stack's folder; cdktf leaves it there.
NAME_IN_A_STACK: Final = ".terraform.lock.hcl"


def synthesize(app: App) -> None:
    """Write the app's stacks into its folder, each with the provider's lock (docs/adr/0040-locked-by-hash.md)."""
    app.synth()
    for document in Path(app.outdir).glob("stacks/*/cdk.tf.json"):
        shutil.copyfile(PROVIDER_LOCK, document.with_name(NAME_IN_A_STACK))
