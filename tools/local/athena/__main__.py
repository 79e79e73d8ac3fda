"""``python -m tools.local.athena PORT EMULATOR_URL TRINO_PORT``: serves until it is ended."""

from __future__ import annotations

import sys

import boto3

from tools.local.athena.executions import Executions
from tools.local.athena.operations import Operations
from tools.local.athena.service import Service
from tools.local.processes import HOST


def main() -> None:
    """Serve what the command line says."""
    port, emulator, trino_port = sys.argv[1:]
    s3, athena = boto3.client("s3", endpoint_url=emulator), boto3.client("athena", endpoint_url=emulator)
    Service(int(port), Operations(Executions(HOST, int(trino_port), s3), athena, s3), emulator).serve_forever()


if __name__ == "__main__":
    main()
