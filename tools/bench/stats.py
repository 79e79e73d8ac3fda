"""Medians and spreads of repeated measurements, and ratios of interleaved ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Spread:
    """The median of some values, between the least and the greatest of them."""

    median: float
    least: float
    greatest: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """Return the spread of one or more values.

        Raises:
            ValueError: there are none.
        """
        if not values:
            message = "no value was measured."
            raise ValueError(message)
        return cls(median(values), min(values), max(values))

    def text(self, digits: int = 2) -> str:
        """Return ``median (least to greatest)``, with so many digits after the point."""
        return f"{self.median:.{digits}f} ({self.least:.{digits}f} to {self.greatest:.{digits}f})"


def ratio(numerators: Sequence[float], denominators: Sequence[float]) -> Spread:
    """Return the spread of the quotients, round by round.

    Two programs that ran in the same round met the same machine; their quotient says more than that of two medians.

    Raises:
        ValueError: the two were not measured in the same number of rounds.
    """
    return Spread.of([above / below for above, below in zip(numerators, denominators, strict=True)])
