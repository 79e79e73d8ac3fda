"""``python -m tests.guards.variants FOLDER``: prod as it ships, and as its guards are switched off one by one.

Each is written to a folder of its name, by the code of main.py; the account comes from the environment, as it does for
who deploys.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

from envs.prod import PROD
from envs.schema import Environment
from envs.selection import environment_named
from envs.validation import validated
from main import add_stacks, normalize_code
from modules.provider_lock import synthesize
from modules.stack import NormalizeStack, PlatformStack
from modules.tags import NORMALIZE, ResourceType
from modules.terraform import App, S3Bucket

SHIPPED: Final = "shipped"
UNGUARDED: Final = "unguarded"
EMPTIED: Final = "emptied"
ELSEWHERE: Final = "elsewhere"
FRESH: Final = "fresh"
RENAMED: Final = "renamed"

#: Not the emulator's.
OTHER_ACCOUNT: Final = "111111111111"
OLD_ADDRESS: Final = "aws_s3_bucket.reports"
NEW_ADDRESS: Final = "aws_s3_bucket.lake"


def _elsewhere(environment: Environment) -> Environment:
    return replace(environment, provider=replace(environment.provider, allowed_account_ids=(OTHER_ACCOUNT,)))


CHANGES: Final[dict[str, Callable[[Environment], Environment]]] = {
    SHIPPED: lambda environment: environment,
    UNGUARDED: lambda environment: replace(environment, deletion_guarded=False),
    EMPTIED: lambda environment: replace(environment, deletion_guarded=False, empty_on_destroy=True),
    ELSEWHERE: _elsewhere,
    # An environment for which nothing was ever made.
    FRESH: lambda environment: replace(environment, name=FRESH),
}
#: Of the others only ETL-1's stack is deployed, and each synth takes its time.
WITH_ETL2: Final = (SHIPPED, UNGUARDED)


class RenamedBucket(PlatformStack):
    """ETL-1's stack in small: its bucket under another address, moved as docs/state.md says."""

    def __init__(self, app: App, environment: Environment) -> None:
        super().__init__(app, environment.names.normalize_stack, environment)
        name, tags = environment.normalize.s3_bucket_name, NORMALIZE.tags(ResourceType.STORAGE)
        bucket = S3Bucket(self, NEW_ADDRESS, bucket=name, tags=tags)
        bucket.move_from_id(OLD_ADDRESS)


def main(folder: Path) -> None:
    """Synthesize every variant into ``folder``."""
    prod = environment_named(PROD.name, os.environ)
    for name, change in CHANGES.items():
        app, environment = App(outdir=str(folder / name)), validated(change(prod))
        if name in WITH_ETL2:
            add_stacks(app, environment)
        else:
            NormalizeStack(app, environment, normalize_code(environment))
        synthesize(app)
    app = App(outdir=str(folder / RENAMED))
    RenamedBucket(app, prod)
    synthesize(app)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
