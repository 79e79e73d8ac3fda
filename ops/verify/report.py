"""What a verification saw: the same for the terminal, the JSON document and the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from ops.prices import Cost
from ops.verify.outcomes import Outcome, Result


@dataclass(frozen=True)
class Report:
    """One verification. ``endpoint`` is empty on AWS; costs are in dollars, expected before and measured after."""

    environment: str
    account: str
    region: str
    endpoint: str
    began: datetime
    ended: datetime
    outcomes: tuple[Outcome, ...]
    expected: tuple[Cost, ...]
    measured: tuple[Cost, ...]

    @property
    def well(self) -> bool:
        """Whether everything is proven: what could not be seen here counts as little as what failed."""
        return all(outcome.result is Result.PROVEN for outcome in self.outcomes)

    @property
    def counts(self) -> Mapping[Result, int]:
        """How many checks ended how."""
        return {result: sum(outcome.result is result for outcome in self.outcomes) for result in Result}

    @property
    def verdict(self) -> str:
        """The whole in a sentence."""
        said = ", ".join(f"{count} {result.value}" for result, count in self.counts.items() if count)
        return f"{len(self.outcomes)} checks in {self.minutes:.1f} minutes: {said}"

    @property
    def minutes(self) -> float:
        """How long it took."""
        return (self.ended - self.began).total_seconds() / 60

    @property
    def where(self) -> str:
        """The account and the region, and the endpoint where that is not AWS's."""
        return f"account {self.account}, {self.region}" + (f", {self.endpoint}: not AWS" if self.endpoint else "")
