"""What a program is given that writes stacks, and what is found of it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tools.local.errors import SynthesisError
from tools.local.synthesis import synthesize

PROGRAM = """
import json, os, pathlib
stacks = pathlib.Path(os.environ["CDKTF_OUTDIR"], "stacks")
stacks.mkdir()  # as cdktf, which makes no folders above
for name in ("b", "a"):
    stack = stacks / name
    stack.mkdir()
    (stack / "cdk.tf.json").write_text(json.dumps(dict(os.environ)))
"""


def test_stacks_are_found_by_their_names(tmp_path: Path) -> None:
    output = tmp_path / "not" / "there"
    found = synthesize(output, [sys.executable, "-c", PROGRAM])
    assert list(found.items()) == [(name, output / "stacks" / name / "cdk.tf.json") for name in ("a", "b")]


def test_what_a_shell_has_set_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ENDPOINT_URL", "CAT_ENV", "CAT_OWNER", "CDKTF_CONTEXT_JSON", "TF_DATA_DIR"):
        monkeypatch.setenv(name, "of the shell")
    found = synthesize(tmp_path, [sys.executable, "-c", PROGRAM], CAT_ENV="prod")
    seen = json.loads(found["a"].read_text(encoding="utf-8"))
    assert [name for name, value in seen.items() if value == "of the shell"] == []
    assert (seen["CAT_ENV"], seen["CHECKPOINT_DISABLE"]) == ("prod", "1")


def test_a_program_that_fails_is_told_with_what_it_said(tmp_path: Path) -> None:
    with pytest.raises(SynthesisError, match=r"^-c import sys; sys.exit\('no such setting'\) ended with 1:\nno such"):
        synthesize(tmp_path, [sys.executable, "-c", "import sys; sys.exit('no such setting')"])
