"""The job's arguments."""

from __future__ import annotations

import pytest
from awsglue.utils import GlueArgumentError

from glue_src.arguments import Arguments, parse_arguments
from glue_src.exceptions import ArgumentsError
from modules.contract.settings import TRANSFORM_ARGUMENTS

ARGV = [
    *("job.py", "--JOB_NAME", "cat-test-etl2-parquet", "--enable-metrics", "true"),
    *("--bucket", "b", "--clean_prefix", "in/", "--curated_prefix", "out/", "--database", "d"),
]


def test_arguments_are_those_of_the_contract() -> None:
    arguments = parse_arguments(ARGV)
    assert arguments == Arguments(bucket="b", clean_prefix="in/", curated_prefix="out/", database="d")
    assert tuple(vars(arguments)) == TRANSFORM_ARGUMENTS


@pytest.mark.parametrize("name", TRANSFORM_ARGUMENTS)
def test_every_argument_is_required(name: str) -> None:
    place = ARGV.index(f"--{name}")
    with pytest.raises(GlueArgumentError, match=name):
        parse_arguments(ARGV[:place] + ARGV[place + 2 :])


@pytest.mark.parametrize("name", ["clean_prefix", "curated_prefix"])
def test_a_prefix_ends_in_a_slash(name: str) -> None:
    argv = list(ARGV)
    argv[argv.index(f"--{name}") + 1] = "reports"
    with pytest.raises(ArgumentsError, match=f"--{name} is 'reports': .* Write 'reports/'"):
        parse_arguments(argv)
