"""The stacks that can be deployed to AWS, in all their variants, as a program writes them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from tools.local.synthesis import synthesize
from tools.scan.variants import VARIANTS


class Document(NamedTuple):
    """A stack's file; ``variant`` names the variant of prod that it is in, and is empty in what is shipped."""

    stack: str
    variant: str
    path: Path

    @property
    def name(self) -> str:
        """What tells it from all others."""
        return f"{self.stack} ({self.variant})" if self.variant else self.stack


def shipped_and_variants(folder: Path, shipped: Sequence[str], variant: Sequence[str]) -> Iterator[Document]:
    """Have the command ``shipped`` write test and prod, and ``variant``, with a variant's name, each of those.

    Raises:
        SynthesisError: a command failed.
    """
    for stack, path in synthesize(folder / "shipped", shipped).items():
        yield Document(stack, "", path)
    for name in VARIANTS:
        for stack, path in synthesize(folder / name, [*variant, name]).items():
            yield Document(stack, name, path)
