"""``python -m reports --env test --dt 2026-01-30 --out report.html``: one day's report as one HTML file."""

from __future__ import annotations

import argparse
import os
import sys
from datetime import date, datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from envs.selection import ENVIRONMENTS, environment_named
from envs.validation import ConfigurationError
from modules.contract.layout import parse_day
from reports.errors import ReportError
from reports.report import write_report

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str]) -> int:
    """Write the report, say where it is, and return the exit status."""
    asked = _parser().parse_args(arguments)
    try:
        if not asked.out.parent.is_dir():
            message = f"--out {asked.out}: there is no folder {asked.out.parent}; make it, or name another file."
            raise ReportError(message)  # noqa: TRY301 told as all else is
        environment = environment_named(asked.env, os.environ)
        s3 = boto3.Session(region_name=environment.provider.region).client("s3")
        facts = write_report(s3, environment, asked.dt, asked.out, datetime.now(timezone.utc))
    except (ReportError, ConfigurationError, ClientError, BotoCoreError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{asked.out}: {facts.day}, run {facts.run.run_id}, {facts.state.value}\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m reports", description="Write one day's report as one HTML file.")
    parser.add_argument("--env", choices=sorted(ENVIRONMENTS), required=True)
    parser.add_argument("--dt", type=_day, required=True, metavar="YYYY-MM-DD", help="the business day")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="where the page goes")
    return parser


def _day(text: str) -> date:
    try:
        return parse_day(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
