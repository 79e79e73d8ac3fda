"""Outputs of a stack as values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Output:
    """One output of a stack: its value, and what it is for."""

    value: str
    description: str
