"""Work units made by a Spark cluster: one task to a work unit, and a work unit to each scan segment."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from contract.settings import MOST_SPARK_TASKS
from contract.tombstones import Coverage
from contract.units import MIB
from lambda_src.clients import default_clients
from lambda_src.deadline import Deadline
from lambda_src.parallelism import Parallelism
from lambda_src.settings import Settings
from lambda_src.uploads import Uploads
from lambda_src.work_unit_extraction import extract_work_unit
from lambda_src.work_units import WorkUnit, WorkUnitResult
from lambda_src.worker_results import Work, answer_of, result_of

if TYPE_CHECKING:
    from pyspark import SparkContext

#: A task has to start its Python first: below this much of the table it would hardly do anything else.
_LEAST_SEGMENT_BYTES: Final = 32 * MIB


@dataclass(frozen=True)
class ClusterEngine:
    """Makes work units on a cluster that runs ``slots`` tasks at once, in a region of AWS.

    A task that is lost with its executor is run again, and its parts then replace those of the first attempt. One that
    fails of itself is not, for the AWS SDK has already tried as often as makes sense.
    """

    context: SparkContext
    slots: int
    #: The driver's: workers have an environment of their own, of which nobody promises that it names one.
    region: str

    def parallelism(self, table_bytes: int, configured_segments: int | None) -> Parallelism:
        """Return a work unit for each segment; as many as run at once, where none are set and the table is large."""
        segments = configured_segments or self._suitable_segments(table_bytes)
        return Parallelism(processes=segments, segments=segments)

    def _suitable_segments(self, table_bytes: int) -> int:
        return max(1, min(self.slots, MOST_SPARK_TASKS, table_bytes // _LEAST_SEGMENT_BYTES))

    def extract(
        self,
        work_units: Sequence[WorkUnit],
        uploads: Uploads,
        settings: Settings,
        deadline: Deadline,
        coverage: Coverage | None,
    ) -> list[WorkUnitResult]:
        """Make all work units; once all have ended, raise what one of them failed with."""
        work = partial(
            extract_work_unit,
            uploads=uploads,
            settings=settings,
            open_clients=partial(default_clients, self.region),
            check_deadline=deadline.check,
            coverage=coverage,
        )
        tasks = self.context.parallelize(work_units, len(work_units)).map(partial(_compressed_answer, work))
        return [result_of(zlib.decompress(answer)) for answer in tasks.collect()]


def _compressed_answer(work: Work, work_unit: WorkUnit) -> bytes:
    """Return the answer for a work unit as it travels to the driver: remainders are megabytes of text."""
    return zlib.compress(answer_of(work, work_unit), level=1)
