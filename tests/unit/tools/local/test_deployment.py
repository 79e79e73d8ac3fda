from __future__ import annotations

from pathlib import Path

import pytest

from tools.local import deployment
from tools.local.deployment import Progress, deploy, readable
from tools.local.errors import DeployError

OUTPUT = """\
\x1b[2K\x1b[1A\x1b[2K\x1b[G
⠋  Synthesizing
1 Stack deploying     1 Stack done     0 Stacks waiting
cat-local-etl2  \x1b[0m\x1b[1mPlan: 2 to add, 1 to change, 0 to destroy.\x1b[0m
cat-local-etl2  aws_sqs_queue.letters: Still creating... [10s elapsed]
cat-local-etl2  \x1b[0maws_sqs_queue.letters: Creation complete after 26s [id=http://127.0.0.1:1/letters]
                aws_glue_job.parquet: Modifications complete after 1s [id=job]

                Apply complete! Resources: 2 added, 1 changed, 0 destroyed.
"""


def command(folder: Path, script: str) -> Path:
    file = folder / "cdktf"
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)
    return file


def test_readable_lines_have_no_spinners_colours_and_status() -> None:
    lines = list(readable(OUTPUT.splitlines(keepends=True)))
    assert len(lines) == 5
    assert lines[0] == "cat-local-etl2  Plan: 2 to add, 1 to change, 0 to destroy."
    assert not any("\x1b" in line for line in lines)


def test_progress_counts_plans_and_finished_resources() -> None:
    progress = Progress()
    changed = [progress.read(line) for line in readable(OUTPUT.splitlines())]
    assert progress.planned == 3
    assert progress.words.startswith("2 of 3 changes, ")
    assert Progress(last="Synthesizing").words == "Synthesizing"
    assert progress.done == ["aws_sqs_queue.letters", "aws_glue_job.parquet"]
    assert changed == [True, False, True, True, False]


def test_a_plans_own_text_is_no_progress() -> None:
    progress = Progress()
    for line in (
        "cat-local-etl2  aws_a.b: Refreshing state... [id=b]",
        "                  # aws_glue_catalog_table.view will be created",
        '                  + resource "aws_glue_catalog_table" "view" {',
        '                      + view_original_text = "/* Presto View: eyJvcmlnaW5hbFNxbCI6 */"',
        "                      + storage_descriptor {",
        '                          + "ETLStage" = "LOAD"',
        "                          - old = 1 -> null",
        "                        }",
        "                    }",
    ):
        progress.read(line)
    assert progress.words == "cat-local-etl2  aws_a.b: Refreshing state... [id=b]"


def test_plans_of_several_stacks_add_up() -> None:
    progress = Progress()
    for line in (
        "Plan: 31 to add, 0 to change, 0 to destroy.",
        "Plan: 1 to import, 2 to add, 3 to change, 4 to destroy.",
    ):
        progress.read(line)
    assert progress.planned == 40


def test_deploy_logs_reports_and_passes_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = 'echo "$CHOICE $*"; echo "aws_a.b: Creation complete after 1s"'
    monkeypatch.setattr(deployment, "CDKTF", command(tmp_path, script))
    seen: list[int] = []
    progress = deploy(
        ["cat-*"], {"CHOICE": "local"}, tmp_path / "log", lambda progress: seen.append(len(progress.done))
    )
    assert progress.done == ["aws_a.b"]
    assert seen == [0, 1], "each line is progress: nothing is silent until there is a plan"
    assert (tmp_path / "log").read_text().startswith("local deploy cat-* --auto-approve\n")


def test_failed_deploy_ends_with_what_was_said_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deployment, "CDKTF", command(tmp_path, "echo Error: state is locked; exit 3"))
    with pytest.raises(DeployError, match=r"status 3(?s:.*)Error: state is locked(?s:.*)make down"):
        deploy(["x"], {}, tmp_path / "log")
