r"""Commands on the platform as a whole, which only look: status, doctor, cost, version."""

from __future__ import annotations

from contract.version import VERSION
from ops import cost as bills
from ops import deployed
from ops import doctor as examination
from ops import status as states
from ops.checks.findings import Examination
from ops.commands.options import Env, Json, ends, now, platform_of
from ops.exits import Exit
from ops.show import cost as show_cost
from ops.show import doctor as show_doctor
from ops.show import status as show_status
from ops.show import version as show_version
from ops.show.screen import document, output, print_json


@ends
def status(*, env: Env, as_json: Json = False) -> Exit:
    """Everything on one screen, and what to do next.

    The last run against the trend, both engines, the crawler, alarms, dead letters, the tables and what they hold.

    \b
    Example: python -m ops status --env prod
    """
    platform = platform_of(env)
    contract = platform.environment.contract
    found = states.gather(platform, now())
    if as_json:
        print_json(found)
    else:
        show_status.show(found, contract, output())
    return Exit.ATTENTION if found.next_steps else Exit.WELL


@ends
def doctor(*, env: Env, as_json: Json = False) -> Exit:
    """Find what is wrong, and say the remedy.

    \b
    Example: python -m ops doctor --env prod
    """
    report = examination.examine(Examination(platform_of(env), now()))
    if as_json:
        print_json({**document(report), "well": report.well})
    else:
        show_doctor.show(report, output())
    return Exit.WELL if report.well else Exit.ATTENTION


@ends
def cost(*, env: Env, as_json: Json = False) -> Exit:
    """What the last 30 days cost, by component.

    Measured usage by list prices; what is not counted is said below.

    \b
    Example: python -m ops cost --env prod
    """
    bill = bills.gather(platform_of(env), now())
    if as_json:
        print_json({**document(bill), "total": bill.total})
    else:
        show_cost.show(bill, output())
    return Exit.WELL


@ends
def version(*, env: Env = "", as_json: Json = False) -> Exit:
    """Which version of the code this is, and which is deployed.

    By the tags of what runs ETL-1 and ETL-2, and by the newest run's summary. Without an environment nothing is asked
    of AWS. Exit code 1: what is deployed is of another version.

    \b
    Example: python -m ops version
             python -m ops version --env prod
    """
    platform = platform_of(env) if env else None
    versions = deployed.gather(platform) if platform else deployed.Versions(VERSION)
    if as_json:
        print_json({**document(versions), "differences": versions.differences})
    elif platform:
        show_version.show(versions, platform, output())
    else:
        output().print(versions.code)
    return Exit.ATTENTION if versions.differences else Exit.WELL
