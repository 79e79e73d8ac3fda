"""For how long each place keeps what was removed at the source: the one home of these sums.

They are of what stays if nobody does anything. Validation holds them against ``privacy.max_days_after_removal``, and
docs/privacy.md shows them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from operator import attrgetter
from typing import Final

from envs.schema import Environment

#: S3 counts whole days up to the next midnight in UTC, both for an object and for its noncurrent version, and deletes
#: some time later (docs/aws-facts.md); ETL-2 expires snapshots once a night.
LAG_DAYS: Final = 2

NONCURRENT: Final = "normalize.lifecycle.noncurrent_version_expiration"
_CLEAN: Final = "normalize.lifecycle.clean_expiration"
_HISTORY: Final = "etl.curated.history_days"
_REJECTED: Final = "privacy.rejected_days"
_ENABLED: Final = "normalize.lifecycle.enabled"


class Place(Enum):
    """Where the platform keeps people's data; the value is its name in sentences."""

    TABLES = "earlier states of the tables"
    PSEUDONYMOUS = "earlier states of the pseudonymous tables"
    REJECTED = "earlier states of rejected items"
    CLEAN = "CSVs of runs"
    CLEAN_REJECTED = "CSVs of rejected items"
    RESULTS = "Athena's results"
    UPLOADS = "uploads of runs that were killed"


#: By which settings a place lets go: the one with the fewest days counts.
_OWN: Final = {
    Place.TABLES: (_HISTORY,),
    Place.PSEUDONYMOUS: (_HISTORY,),
    Place.REJECTED: (_HISTORY, _REJECTED),
    Place.CLEAN: (_CLEAN,),
    Place.CLEAN_REJECTED: (_CLEAN, _REJECTED),
    Place.RESULTS: ("normalize.lifecycle.athena_results_expiration",),
    Place.UPLOADS: ("normalize.lifecycle.abort_incomplete_multipart_upload",),
}
#: Parts of an upload are no object yet, and so leave no version.
_WITHOUT_VERSIONS: Final = frozenset({Place.UPLOADS})


@dataclass(frozen=True)
class Kept:
    """How long a place keeps somebody: so many days by a setting, then as noncurrent versions, and the lag."""

    place: Place
    setting: str
    own_days: int
    noncurrent_days: int

    @property
    def days(self) -> int:
        """All of them."""
        return self.own_days + self.noncurrent_days + LAG_DAYS

    @property
    def told(self) -> str:
        """The sum in figures, as ``30 + 30 + 2 = 62``."""
        terms = [self.own_days, *([self.noncurrent_days] if self.noncurrent_days else []), LAG_DAYS]
        return f"{' + '.join(map(str, terms))} = {self.days}"

    @property
    def settings(self) -> tuple[str, ...]:
        """Those by which the sum becomes less."""
        return (self.setting, NONCURRENT) if self.noncurrent_days else (self.setting,)


def kept(environment: Environment) -> tuple[Kept, ...]:
    """Return how long each place of an environment keeps somebody."""
    places = (place for place in Place if place != Place.PSEUDONYMOUS or environment.privacy.pseudonymous_tables)
    return tuple(_kept(environment, place) for place in places)


def longest(environment: Environment) -> Kept:
    """Return the place that keeps somebody longest."""
    return max(kept(environment), key=lambda found: found.days)


def _kept(environment: Environment, place: Place) -> Kept:
    days = {setting: _days(environment, setting) for setting in _OWN[place]}
    setting = min(days, key=days.__getitem__)
    noncurrent = 0 if place in _WITHOUT_VERSIONS else _days(environment, NONCURRENT)
    return Kept(place, setting, days[setting], noncurrent)


def _days(environment: Environment, setting: str) -> int:
    days: int = attrgetter(setting)(environment)
    return days


def retention_faults(environment: Environment) -> Iterator[str]:
    """Yield where somebody who was removed at the source would be found for longer than the environment promises."""
    most = environment.privacy.max_days_after_removal
    if most is None:
        return
    if not environment.normalize.lifecycle.enabled:
        yield (
            f"{_ENABLED} = False: what was removed at the source would be found for ever, and "
            f"privacy.max_days_after_removal promises {most} days; set {_ENABLED} to True, or the promise to None"
        )
        return
    for found in kept(environment):
        if found.days > most:
            yield (
                f"privacy.max_days_after_removal = {most}: {found.place.value} keep what was removed at the source for "
                f"{found.told} days; lower {' or '.join(found.settings)}, or promise more days"
            )


#: What the sums are made of.
RETENTION_SETTINGS: Final = ("normalize.lifecycle", _HISTORY, "privacy")
