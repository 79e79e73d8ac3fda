"""``python -m tools.fuzz``: fuzz extraction, replay what broke it, or take what was found into the corpus."""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tools.fuzz import seeds
from tools.fuzz.environment import FuzzerError, fuzzer_python
from tools.fuzz.inputs import CORPUS, items_of
from tools.fuzz.properties import check
from tools.local.machine_tools import PROJECT

#: Inputs that reached something new stay here from run to run, and so does what broke a property.
FOUND: Final = PROJECT / "build" / "fuzz" / "found"
BROKEN: Final = PROJECT / "build" / "fuzz" / "broken"
SECONDS: Final = 60
_MOST_BYTES: Final = 8_192
_MOST_SECONDS_PER_INPUT: Final = 20


def main() -> None:
    """Do what the arguments ask for; end with 1 and a message where that fails."""
    arguments = _arguments()
    try:
        if arguments.replay:
            check(items_of(arguments.replay.read_bytes()))
        elif arguments.update_corpus:
            update_corpus()
        else:
            fuzz(arguments.seconds, arguments.runs)
    except FuzzerError as error:
        sys.exit(f"fuzz: {error}")


def fuzz(seconds: int, runs: int) -> None:
    """Run the fuzzer from the corpus and the seeds.

    Raises:
        FuzzerError: an input broke a property, or the fuzzer does not start.
    """
    FOUND.mkdir(parents=True, exist_ok=True)
    BROKEN.mkdir(parents=True, exist_ok=True)
    before = set(BROKEN.iterdir())
    with tempfile.TemporaryDirectory() as folder:
        seeds.write(Path(folder))
        limits = [f"-max_total_time={seconds}", f"-runs={runs}", f"-timeout={_MOST_SECONDS_PER_INPUT}"]
        reports = [f"-artifact_prefix={BROKEN}/", "-print_final_stats=1", "-verbosity=0"]
        code = _run([str(FOUND), str(CORPUS), folder, *limits, *reports])
    broken = sorted(set(BROKEN.iterdir()) - before)
    if code != 0:
        replay = "".join(f"\n  python -m tools.fuzz --replay {path.relative_to(PROJECT)}" for path in broken)
        message = f"ended with {code}; the failure is above. To see it again:{replay or ' run it again.'}"
        raise FuzzerError(message)


def update_corpus() -> None:
    """Replace the corpus by the fewest inputs that cover what it, the seeds and all that was found cover.

    Raises:
        FuzzerError: the fuzzer does not start.
    """
    FOUND.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as seeded, tempfile.TemporaryDirectory() as merged:
        seeds.write(Path(seeded))
        code = _run(["-merge=1", merged, str(CORPUS), seeded, str(FOUND)])
        inputs = [path.read_bytes() for path in Path(merged).iterdir()]
        if code != 0 or not inputs:
            message = f"merging ended with {code} and {len(inputs)} inputs; the corpus is as it was."
            raise FuzzerError(message)
    for path in CORPUS.iterdir():
        path.unlink()
    seeds.store(inputs, CORPUS)


def _run(arguments: Sequence[str]) -> int:
    command = [str(fuzzer_python()), "-m", "tools.fuzz.harness", f"-max_len={_MOST_BYTES}", *arguments]
    return subprocess.run(command, cwd=PROJECT, check=False).returncode


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.fuzz", description=__doc__)
    parser.add_argument("--seconds", type=int, default=SECONDS, help=f"how long to fuzz (default {SECONDS})")
    parser.add_argument("--runs", type=int, default=-1, help="how many inputs to try at most (default: any number)")
    parser.add_argument("--replay", type=Path, metavar="FILE", help="check one input, without the fuzzer")
    parser.add_argument("--update-corpus", action="store_true", help="merge what was found into tools/fuzz/corpus")
    return parser.parse_args()


if __name__ == "__main__":
    main()
