"""What ETL-2 is told, by a job's arguments and by a function's environment."""

from __future__ import annotations

import pytest
from awsglue.utils import GlueArgumentError

from glue_src.arguments import Arguments, parse_arguments, read_variables
from glue_src.exceptions import ArgumentsError
from modules.contract.settings import TRANSFORM_ARGUMENTS, TRANSFORM_VARIABLES
from sources import contract_named, contract_names
from sources.catia import CONTRACT

TEXTS = {
    "bucket": "b",
    "clean_prefix": "in/",
    "curated_prefix": "out/",
    "database": "d",
    "environment": "test",
    "most_rejected_share": "0.05",
    "metrics_namespace": "CAT/Etl",
    "contract": "catia",
}
VARIABLES = {TRANSFORM_VARIABLES[name]: text for name, text in TEXTS.items()}
EXPECTED = Arguments("b", "in/", "out/", "d", "test", 0.05, "CAT/Etl", CONTRACT)


def argv(texts: dict[str, str]) -> list[str]:
    own = [word for name, text in texts.items() for word in (f"--{name}", text)]
    return ["job.py", "--JOB_NAME", "cat-test-etl2-parquet", "--enable-metrics", "true", *own]


def test_both_ways_say_the_same() -> None:
    assert parse_arguments(argv(TEXTS)) == EXPECTED
    assert read_variables({**VARIABLES, "PATH": "/bin"}) == EXPECTED
    assert tuple(vars(EXPECTED)) == TRANSFORM_ARGUMENTS == tuple(TEXTS)


@pytest.mark.parametrize("name", TRANSFORM_ARGUMENTS)
def test_everything_is_required(name: str) -> None:
    with pytest.raises(GlueArgumentError, match=name):
        parse_arguments(argv({each: text for each, text in TEXTS.items() if each != name}))
    variable = TRANSFORM_VARIABLES[name]
    with pytest.raises(ArgumentsError, match=rf"missing: {variable}\. Deploy"):
        read_variables({each: text for each, text in VARIABLES.items() if each != variable})


@pytest.mark.parametrize("name", ["clean_prefix", "curated_prefix"])
def test_a_prefix_ends_in_a_slash(name: str) -> None:
    with pytest.raises(ArgumentsError, match=f"--{name} is 'reports': .* Write 'reports/'"):
        parse_arguments(argv({**TEXTS, name: "reports"}))
    with pytest.raises(ArgumentsError, match=f"{name.upper()} is 'reports': .* Write 'reports/'"):
        read_variables({**VARIABLES, TRANSFORM_VARIABLES[name]: "reports"})


@pytest.mark.parametrize("text", ["", "many", "-0.1", "1.01", "nan", "5%"])
def test_a_share_is_from_0_to_1(text: str) -> None:
    with pytest.raises(ArgumentsError, match=f"--most_rejected_share is '{text}': a share is a number from 0 to 1"):
        parse_arguments(argv({**TEXTS, "most_rejected_share": text}))
    for fine, share in (("0", 0.0), ("1", 1.0), ("1e-2", 0.01)):
        assert read_variables({**VARIABLES, "MOST_REJECTED_SHARE": fine}).most_rejected_share == share


def test_the_contract_is_the_one_that_is_named() -> None:
    assert read_variables({**VARIABLES, "CONTRACT": "tickets"}).contract is contract_named("tickets")


@pytest.mark.parametrize("text", ["", "Catia", "nobodys", "catia.rows"])
def test_a_contract_is_one_below_sources(text: str) -> None:
    there_are = f"there are {', '.join(contract_names())}. Correct the environment's contract_name"
    with pytest.raises(ArgumentsError, match=f"--contract is '{text}': .*{there_are}"):
        parse_arguments(argv({**TEXTS, "contract": text}))
    with pytest.raises(ArgumentsError, match=f"CONTRACT is '{text}': .*{there_are}"):
        read_variables({**VARIABLES, "CONTRACT": text})
