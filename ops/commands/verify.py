r"""The command that proves a deployment."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from ops.commands.options import Env, Json, Yes, ends, now, platform_of
from ops.execution import Watch
from ops.exits import Exit, usage
from ops.invocations import LogLine
from ops.prices import total
from ops.show import verify as show_verify
from ops.show.asking import confirm
from ops.show.cost import money
from ops.show.progress import following
from ops.show.screen import document, json_text, output, print_json
from ops.verify import verification
from ops.verify.checks import checks_of
from ops.verify.expenses import expected as expenses_expected
from ops.verify.leftovers import leftovers
from ops.verify.page import page
from ops.verify.report import Report

_PAGE: Final = ".html"


class _Beats:
    """Passes on what is being waited for, and no log: the failures that are made would fill it."""

    def __init__(self, watch: Watch) -> None:
        self.beat = watch.beat

    def line(self, line: LogLine) -> None:
        """Take a new line of a log."""


@ends
def verify(
    *,
    env: Env,
    minutes: Annotated[float, typer.Option("--minutes", min=1, metavar="M", help="It takes so long at most.")] = 20,
    most_dollars: Annotated[
        float, typer.Option("--most-dollars", min=0, metavar="D", help="Refused if it would cost more.")
    ] = 0.5,
    file: Annotated[
        Path | None, typer.Option("--output", metavar="FILE.html", help="The page; else verify-ENV.html here.")
    ] = None,
    yes: Yes = False,
    as_json: Json = False,
) -> Exit:
    """Prove that the deployment works.

    Runs a night and the same day again, asks every view, makes each ETL fail and an arrival undeliverable, and waits
    for the alerts of that in a queue of its own. Writes what it saw as a page, and as JSON beside it. What cannot be
    seen here, because the endpoint is not AWS, is called so; only if all is proven the exit code is 0.

    \b
    Example: python -m ops verify --env test
             python -m ops verify --env test --yes --output /tmp/verify-test.html
    """
    path = _checked(file or Path(f"verify-{env}{_PAGE}"))
    platform = platform_of(env)
    expected = expenses_expected(platform, now())
    if total(expected) > most_dollars:
        message = f"It would cost about {money(total(expected))}, more than {money(most_dollars)}."
        raise usage(message, "Verify the smaller environment, or allow it with --most-dollars.")
    confirm(show_verify.plan(platform, checks_of(platform), expected, leftovers(platform), minutes), yes=yes)
    with following() as follower:
        report = verification.verify(platform, minutes * 60, expected, _Beats(follower))
    told = _document(report)
    path.write_text(page(report), encoding="utf-8")
    path.with_suffix(".json").write_text(json_text(told), encoding="utf-8")
    if as_json:
        print_json(told)
    else:
        show_verify.show(report, output())
        output().print(f"Written: {path}, {path.with_suffix('.json')}", soft_wrap=True)
    return Exit.WELL if report.well else Exit.ATTENTION


def _document(report: Report) -> dict[str, object]:
    return {**document(report), "well": report.well, "verdict": report.verdict}


def _checked(path: Path) -> Path:
    if path.suffix != _PAGE:
        message = f"--output {path}: a page's name ends in {_PAGE}."
        raise usage(message, "The JSON document gets the same name with .json.")
    if not path.parent.is_dir():
        message = f"--output {path}: there is no folder {path.parent}."
        raise usage(message, "Make it, or name another file.")
    return path
