"""What the checks of one verification share: the platform, the time that is left, and what was seen so far."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from ops.engines import DeployedEngine
from ops.execution import Watch
from ops.platform import Platform
from ops.running import MadeRun
from ops.verify.alerts import AlertQueue
from ops.verify.outcomes import NotSeenError

#: In seconds. The slowest is the alarm on dead letters: SQS counts once a minute, the alarm looks back over five.
_AWS_PATIENCE: Final = 600.0
#: An endpoint on this machine does not keep anybody waiting, but the machine may have much else to do.
_OTHER_PATIENCE: Final = 120.0
#: What each value begins with that is to be refused.
REFUSED: Final = "verify-"


@dataclass(frozen=True)
class Failure:
    """What was started in order to fail. ``mark`` is what its alert must name: of a job, the run's id."""

    engine: DeployedEngine
    mark: str


@dataclass
class Scene:
    """One verification while it goes on. ``token`` is in the name of all that it makes; ``deadline`` is monotonic."""

    platform: Platform
    token: str
    began: datetime
    deadline: float
    watch: Watch
    alerts: AlertQueue
    #: By the name of the ETL, what was made to fail.
    failures: dict[str, Failure] = field(default_factory=dict)
    #: The first run, once it is in the tables.
    night: MadeRun | None = None

    @property
    def is_aws(self) -> bool:
        """Whether AWS itself answers."""
        return not self.platform.environment.provider.custom_endpoint

    @property
    def name(self) -> str:
        """The name of what this verification makes."""
        return self.platform.names.verification(self.token)

    @property
    def left(self) -> float:
        """How many seconds are left of the time that was allowed."""
        return max(0.0, self.deadline - time.monotonic())

    @property
    def patience(self) -> float:
        """How many seconds something is waited for that has to come by itself."""
        return min(self.left, _AWS_PATIENCE if self.is_aws else _OTHER_PATIENCE)

    def published_night(self) -> MadeRun:
        """Return the first run.

        Raises:
            NotSeenError: it is not in the tables.
        """
        if self.night is None:
            message = "the first run did not get into the tables, so there is nothing to ask"
            raise NotSeenError(message)
        return self.night
