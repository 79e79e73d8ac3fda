"""The process is killed: at many points of the whole run, and before and after every request of the commit.

What is seen from outside changes only by requests, so a kill before or after a request stands for every moment between
two of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Final

from contract.sources.catia import CONTRACT
from tests.faults import actions
from tests.faults.cases import LARGE, SAMPLE, Case, Killed, Published, Raised, ordinal

_COMPLETE: Final = "CompleteMultipartUpload"
_PUT: Final = "PutObject"
_SEED: Final = 20260131
_POINTS: Final = 15
"""So many points are spread evenly over the run, each with some luck within its share of it."""
_LARGE_EVERY: Final = 3


@dataclass(frozen=True, kw_only=True)
class KillCase(Case):
    """A kill at the request that lies at ``share`` (0 to 1) of all requests of a run, before or after it is done."""

    share: float
    after: bool


def _random_points() -> Iterator[KillCase]:
    random = Random(_SEED)
    for number in range(_POINTS):
        yield KillCase(
            id=f"killed-at-{number + 1:02}-of-{_POINTS}",
            fault="The process is killed at any moment",
            made_by=(),
            environment_text=(
                f"proxy: SIGKILL before or after a request is carried out, at {_POINTS} points all over the run"
            ),
            end=Killed(committed=None),
            table=LARGE if number % _LARGE_EVERY == 0 else SAMPLE,
            processes=1 + number % 2,
            share=(number + random.random()) / _POINTS,
            after=random.random() < 0.5,
        )


def _points_of_commit() -> Iterator[Case]:
    """Yield a kill before and after every request that makes an object visible."""
    for number in range(1, len(CONTRACT.datasets) + 1):
        text = f"completion of the {ordinal(number)} of four uploads"
        yield from _around(f"completion-{number}", text, _COMPLETE, number, commits=number == len(CONTRACT.datasets))
    yield from _around("summary", "summary is written", _PUT, 1, commits=False)


def _around(identity: str, text: str, operation: str, first: int, *, commits: bool) -> Iterator[Case]:
    yield Case(
        id=f"killed-before-{identity}",
        fault=f"The process is killed just before the {text}",
        made_by=(actions.killed_before(operation, first),),
        end=Killed(committed=False),
    )
    yield Case(
        id=f"killed-after-{identity}",
        fault=f"The process is killed just after the {text}",
        made_by=(actions.killed_after(operation, first),),
        end=Killed(committed=commits),
    )


class TwoRunsCase(Case):
    """Two runs of the same day and table, both in the middle of their commit at the same time."""


class WritesCase(Case):
    """A run while the table is written."""


OTHERS: Final = (
    Case(
        id="worker-killed",
        fault="One of several worker processes dies, of too little memory perhaps",
        made_by=(actions.worker_killed("Scan", first=2),),
        end=Raised("WorkerError", ("status -9",), "raise memory_size, or lower scan_segments"),
        processes=2,
    ),
    TwoRunsCase(
        id="two-runs-at-once",
        fault="The function is called twice at once",
        made_by=(),
        environment_text="two processes; a proxy before each lets neither complete an upload before both want to",
        end=Published("Both runs are made; the newer one is taken"),
    ),
    WritesCase(
        id="written-while-read",
        fault="Items are written and deleted during the run",
        made_by=(),
        environment_text="proxy: the 2nd Scan waits until every tenth user is deleted and as many are added",
        end=Published("What is written meanwhile is in the run or not; all else is there, once"),
    ),
)

PROCESS_CASES: Final = (*_points_of_commit(), *_random_points(), *OTHERS)
