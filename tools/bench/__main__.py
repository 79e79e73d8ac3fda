"""``python -m tools.bench``: measure both ETLs beside their peers, and a synth; write tools/bench/RESULTS*.md."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

from tools.bench import peers, report
from tools.bench.contenders.__main__ import PROGRAMS
from tools.bench.lake import report as lake_report
from tools.bench.lake.runner import run as run_lake
from tools.bench.lake.scenario import lake_scenario
from tools.bench.processes import PROJECT, MeasurementError
from tools.bench.runner import run
from tools.bench.scenarios import ITEMS, QUICK_ITEMS, Scenario, scenarios
from tools.bench.synth import report as synth_report
from tools.bench.synth.runner import node_version
from tools.bench.synth.runner import run as run_synth

RESULTS: Final = PROJECT / "tools" / "bench" / "RESULTS.md"
LAKE_RESULTS: Final = PROJECT / "tools" / "bench" / "RESULTS-lake.md"
SYNTH_RESULTS: Final = PROJECT / "tools" / "bench" / "RESULTS-synth.md"
ROUNDS: Final = 5
QUICK_ROUNDS: Final = 2
#: Each has six nights of several programs, and a year comes after them.
LAKE_ROUNDS: Final = 3
EXTRACT: Final = "extract"
LAKE: Final = "lake"
SYNTH: Final = "synth"
_WITH_FILES: Final = (EXTRACT, LAKE, SYNTH)
#: Those of EXTRACT, one by one.
_PARTS: Final = ("peers", "large", "latency")
_SCENARIO_NAMES: Final = (*_PARTS, *_WITH_FILES)


def main() -> None:
    """Run the chosen scenarios; only a whole, unhurried run of a file's scenarios replaces it."""
    arguments = _arguments()
    rounds = arguments.rounds or (QUICK_ROUNDS if arguments.quick else ROUNDS)
    whole = not arguments.quick and rounds >= ROUNDS
    if arguments.scenario in (None, EXTRACT, *_PARTS):
        _show(_extract(arguments, rounds), RESULTS if whole and arguments.scenario not in _PARTS else None)
    if arguments.scenario in (None, LAKE):
        of_lake = min(rounds, LAKE_ROUNDS)
        enough = not arguments.quick and of_lake == LAKE_ROUNDS
        _show(_lake(arguments, of_lake), LAKE_RESULTS if enough else None)
    if arguments.scenario in (None, SYNTH):
        _show(_synth(rounds), SYNTH_RESULTS if whole else None)


def _extract(arguments: argparse.Namespace, rounds: int) -> str:
    pythons = _pythons()
    machine = report.Machine.here(_versions(pythons))
    results = {scenario.name: run(scenario, rounds, pythons) for scenario in _chosen(arguments)}
    return report.markdown(results, machine, rounds)


def _lake(arguments: argparse.Namespace, rounds: int) -> str:
    machine = report.Machine.here(peers.versions(peers.project_python(), lake_report.PACKAGES))
    return lake_report.markdown(run_lake(lake_scenario(quick=arguments.quick), rounds), machine, rounds)


def _synth(rounds: int) -> str:
    versions = {"Node": node_version(), **peers.versions(peers.project_python(), synth_report.PACKAGES)}
    machine = report.Machine.here(versions)
    return synth_report.markdown(run_synth(rounds), machine, rounds)


def _show(text: str, file: Path | None) -> None:
    print("\n" + text)
    if file is not None:
        file.write_text(text, encoding="utf-8")
        print(f"Written to {file.relative_to(PROJECT)}.")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_ITEMS:,} items, {QUICK_ROUNDS} rounds, no file")
    parser.add_argument(
        "--scenario", choices=_SCENARIO_NAMES, help=f"only this one; {', '.join(_WITH_FILES)} have files"
    )
    parser.add_argument(
        "--rounds", type=int, help=f"runs of each program (default {ROUNDS}, {LAKE} {LAKE_ROUNDS}); fewer write no file"
    )
    return parser.parse_args()


def _chosen(arguments: argparse.Namespace) -> list[Scenario]:
    items = QUICK_ITEMS if arguments.quick else ITEMS
    every = scenarios(items, quick=arguments.quick)
    return [scenario for scenario in every if arguments.scenario in (None, EXTRACT, scenario.name)]


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
