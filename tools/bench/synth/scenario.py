"""What is measured of a synth: the ways to load the provider's bindings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from envs.selection import CHOICE_VARIABLE, DEFAULT_CHOICE
from tools.bench.synth.launch import EVERYWHERE, NODE

_LAUNCH: Final = ("-m", "tools.bench.synth.launch")


@dataclass(frozen=True)
class SynthContender:
    """A program as Python runs it, with the environments that it is told to build: none means the default."""

    label: str
    program: tuple[str, ...]
    environments: str = ""

    @property
    def variables(self) -> dict[str, str]:
        """The variables that choose the environments."""
        return {CHOICE_VARIABLE: self.environments} if self.environments else {}


OURS: Final = SynthContender("ours", ("main.py",))
OURS_ONE: Final = SynthContender("ours, one environment", ("main.py",), DEFAULT_CHOICE[0])
AS_IT_COMES: Final = SynthContender("bindings as they come", (*_LAUNCH, EVERYWHERE))
LAZY_PYTHON: Final = SynthContender("bindings as they come in Node alone", (*_LAUNCH, NODE))
CONTENDERS: Final = (OURS, AS_IT_COMES, LAZY_PYTHON, OURS_ONE)
