"""``python -m bench``: measure ETL-1 beside its peers and write bench/RESULTS.md."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

from bench import peers, report
from bench.contenders.__main__ import PROGRAMS
from bench.processes import PROJECT, MeasurementError
from bench.runner import run
from bench.scenarios import ITEMS, QUICK_ITEMS, Scenario, scenarios

RESULTS: Final = PROJECT / "bench" / "RESULTS.md"
ROUNDS: Final = 5
QUICK_ROUNDS: Final = 2
_SCENARIO_NAMES: Final = ("peers", "large", "latency")


def main() -> None:
    """Run the chosen scenarios; only a whole, unhurried run replaces the written results."""
    arguments = _arguments()
    rounds = arguments.rounds or (QUICK_ROUNDS if arguments.quick else ROUNDS)
    pythons = _pythons()
    machine = report.Machine.here(_versions(pythons))
    results = {scenario.name: run(scenario, rounds, pythons) for scenario in _chosen(arguments)}
    text = report.markdown(results, machine, rounds)
    print("\n" + text)
    if not arguments.quick and not arguments.scenario and rounds >= ROUNDS:
        RESULTS.write_text(text, encoding="utf-8")
        print(f"Written to {RESULTS.relative_to(PROJECT)}.")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_ITEMS:,} items, {QUICK_ROUNDS} rounds, no file")
    parser.add_argument("--scenario", choices=_SCENARIO_NAMES, help="only this one; no file")
    parser.add_argument("--rounds", type=int, help=f"runs of each program (default {ROUNDS}); fewer write no file")
    return parser.parse_args()


def _chosen(arguments: argparse.Namespace) -> list[Scenario]:
    items = QUICK_ITEMS if arguments.quick else ITEMS
    every = scenarios(items, quick=arguments.quick)
    return [scenario for scenario in every if arguments.scenario in (None, scenario.name)]


def _pythons() -> dict[str, Path | str]:
    """Return the Python of each program; awswrangler's is a reason in words where it cannot be installed."""
    pythons: dict[str, Path | str] = dict.fromkeys(PROGRAMS, peers.project_python())
    try:
        pythons["awswrangler"] = peers.peer_python()
    except MeasurementError as error:
        pythons["awswrangler"] = str(error)
    return pythons


def _versions(pythons: dict[str, Path | str]) -> dict[str, str]:
    versions = peers.versions(peers.project_python(), ("boto3", "orjson", "pandas"))
    wrangler = pythons["awswrangler"]
    return versions | (peers.versions(wrangler, ("awswrangler", "pyarrow")) if isinstance(wrangler, Path) else {})


if __name__ == "__main__":
    main()
