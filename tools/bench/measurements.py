"""Measurements of several contenders, round by round."""

from __future__ import annotations

from typing import Generic, TypeVar

from tools.bench.processes import Measurement

ContenderT = TypeVar("ContenderT")


class Measurements(Generic[ContenderT]):
    """For results to inherit: what is asked of ``measurements`` by contender."""

    measurements: dict[ContenderT, list[Measurement]]

    def seconds(self, contender: ContenderT) -> list[float]:
        """Return the seconds of work of each round."""
        return [measurement.work_seconds for measurement in self.measurements[contender]]

    def peaks(self, contender: ContenderT) -> list[float]:
        """Return the peak memory of each round, in MB."""
        return [measurement.peak_mb for measurement in self.measurements[contender]]

    def measured(self, *contenders: ContenderT) -> bool:
        """Tell whether all of these were measured."""
        return all(self.measurements.get(contender) for contender in contenders)
