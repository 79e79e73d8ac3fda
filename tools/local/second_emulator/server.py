"""``python -P tools/local/second_emulator/server.py``: moto, on the address that the first emulator's variables name.

Two things of it are put right here. It refuses what a bucket's policy denies without looking at the condition, and so
would refuse everything that does not come by TLS, which nothing on loopback does. And its Lambda wants Docker: without,
an invocation is answered and no function runs.
The file imports nothing of this project, whose packages its environment does not have.
"""

from __future__ import annotations

import os
import sys
from typing import Any

from moto.core.config import default_user_config
from moto.iam.access_control import PermissionResult
from moto.s3.models import FakeBucket


def no_opinion(_: FakeBucket, __: str, ___: str) -> Any:
    """Let a bucket's policy neither allow nor deny anything."""
    return PermissionResult.NEUTRAL


def main() -> None:
    """Start moto with these in the place of its own."""
    # It reads them when its server is imported.
    os.environ["MOTO_ACCOUNT_ID"] = "0" * 12
    FakeBucket.get_permission = no_opinion
    default_user_config["lambda"]["use_docker"] = False
    from moto.server import main as serve  # noqa: PLC0415 - after its settings

    sys.exit(serve(["--host", os.environ["BIND_HOST"], "--port", os.environ["GATEWAY_PORT"]]))


if __name__ == "__main__":
    main()
