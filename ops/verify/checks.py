"""All checks, in the order in which they look: first what must be over before a night, last what comes late."""

from __future__ import annotations

from ops.platform import Platform
from ops.verify import failures, nights, state_lock, undelivered
from ops.verify.checking import Check


def checks_of(platform: Platform) -> tuple[Check, ...]:
    """Return the checks of an environment."""
    return (
        *failures.checks(platform),
        *nights.checks(platform),
        state_lock.check(platform),
        undelivered.check(platform),
    )
