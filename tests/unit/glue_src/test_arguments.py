"""What ETL-2 is told, by a job's arguments and by a function's environment."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from awsglue.utils import GlueArgumentError

from contract.settings import TRANSFORM_ARGUMENTS, TRANSFORM_VARIABLES
from contract.sources import contract_named, contract_names
from contract.sources.catia import CONTRACT
from glue_src.arguments import Arguments, Pseudonymous, parse_arguments, read_variables
from glue_src.exceptions import ArgumentsError

TEXTS = {
    "bucket": "b",
    "clean_prefix": "in/",
    "curated_prefix": "out/",
    "restricted_prefix": "apart/",
    "database": "d",
    "environment": "test",
    "max_rejected_ratio": "0.05",
    "max_removed_ratio": "0.2",
    "history_days": "30",
    "rejected_days": "7",
    "metrics_namespace": "CAT/Etl",
    "contract": "catia",
    "rebuild": "none",
    "pseudonymous_database": "none",
    "pseudonym_key": "none",
    "forget_before": "never",
}
VARIABLES = {TRANSFORM_VARIABLES[name]: text for name, text in TEXTS.items()}
EXPECTED = Arguments("b", "in/", "out/", "apart/", "d", "test", 0.05, 0.2, 30, 7, "CAT/Etl", CONTRACT, frozenset())


def argv(texts: dict[str, str]) -> list[str]:
    own = [word for name, text in texts.items() for word in (f"--{name}", text)]
    return ["job.py", "--JOB_NAME", "cat-test-etl2-parquet", "--enable-metrics", "true", *own]


def test_both_ways_say_the_same() -> None:
    assert parse_arguments(argv(TEXTS)) == EXPECTED
    assert read_variables({**VARIABLES, "PATH": "/bin"}) == EXPECTED
    assert tuple(TEXTS) == TRANSFORM_ARGUMENTS
    # Two of them are told together.
    together = ["pseudonymous" if name == "pseudonymous_database" else name for name in TRANSFORM_ARGUMENTS]
    assert list(vars(EXPECTED)) == [name for name in together if name != "pseudonym_key"]


def test_pseudonymous_tables_are_in_a_database_and_under_a_key() -> None:
    told = {**TEXTS, "pseudonymous_database": "p", "pseudonym_key": "/cat/test/pseudonym-key"}
    assert parse_arguments(argv(told)).pseudonymous == Pseudonymous("p", "/cat/test/pseudonym-key")


@pytest.mark.parametrize("name", TRANSFORM_ARGUMENTS)
def test_everything_is_required(name: str) -> None:
    with pytest.raises(GlueArgumentError, match=name):
        parse_arguments(argv({each: text for each, text in TEXTS.items() if each != name}))
    variable = TRANSFORM_VARIABLES[name]
    with pytest.raises(ArgumentsError, match=rf"missing: {variable}\. Deploy"):
        read_variables({each: text for each, text in VARIABLES.items() if each != variable})


@pytest.mark.parametrize("name", ["clean_prefix", "curated_prefix", "restricted_prefix"])
def test_a_prefix_ends_in_a_slash(name: str) -> None:
    with pytest.raises(ArgumentsError, match=f"--{name} is 'reports': .* Write 'reports/'"):
        parse_arguments(argv({**TEXTS, name: "reports"}))
    with pytest.raises(ArgumentsError, match=f"{name.upper()} is 'reports': .* Write 'reports/'"):
        read_variables({**VARIABLES, TRANSFORM_VARIABLES[name]: "reports"})


@pytest.mark.parametrize("name", ["max_rejected_ratio", "max_removed_ratio"])
@pytest.mark.parametrize("text", ["", "many", "-0.1", "1.01", "nan", "5%"])
def test_a_ratio_is_from_0_to_1(name: str, text: str) -> None:
    with pytest.raises(ArgumentsError, match=f"--{name} is '{text}': a ratio is a number from 0 to 1"):
        parse_arguments(argv({**TEXTS, name: text}))
    for fine, ratio in (("0", 0.0), ("1", 1.0), ("1e-2", 0.01)):
        assert getattr(read_variables({**VARIABLES, name.upper(): fine}), name) == ratio


@pytest.mark.parametrize("text", ["", "0", "-1", "1.5", "a week", "\u0663"])
def test_history_is_whole_days(text: str) -> None:
    with pytest.raises(ArgumentsError, match=r"--history_days is .*: write a whole number of days"):
        parse_arguments(argv({**TEXTS, "history_days": text}))
    assert read_variables({**VARIABLES, "HISTORY_DAYS": "1"}).history_days == 1


@pytest.mark.parametrize(
    ("text", "tables"),
    [
        ("none", set()),
        ("", set()),
        ("messages", {"messages"}),
        ("messages, feedback", {"messages", "feedback"}),
        ("all", {"messages", "feedback", "rejected", "conversations"}),
    ],
)
def test_a_rebuild_names_tables(text: str, tables: set[str]) -> None:
    assert parse_arguments(argv({**TEXTS, "rebuild": text})).rebuild == tables
    assert read_variables(VARIABLES, {"rebuild": text}).rebuild == tables


def test_history_is_forgotten_up_to_an_instant() -> None:
    text, instant = "2026-02-01T04:30:00+00:00", datetime(2026, 2, 1, 4, 30, tzinfo=UTC)
    assert parse_arguments(argv({**TEXTS, "forget_before": text})).forget_before == instant
    assert read_variables(VARIABLES, {"forget_before": text}).forget_before == instant
    for wrong in ("", "now", "2026-02-01", "2026-13-01T00:00:00Z", "none"):
        with pytest.raises(ArgumentsError, match=r"--forget_before is .* Write such an instant, or 'never'"):
            parse_arguments(argv({**TEXTS, "forget_before": wrong}))


@pytest.mark.parametrize("text", ["runs", "messages,nothing", "ALL", ","])
def test_only_datasets_can_be_rebuilt(text: str) -> None:
    with pytest.raises(ArgumentsError, match=r"--rebuild is .*: the contract has no .* Write some of conversations, "):
        parse_arguments(argv({**TEXTS, "rebuild": text}))


def test_the_contract_is_the_one_that_is_named() -> None:
    assert read_variables({**VARIABLES, "CONTRACT": "tickets"}).contract is contract_named("tickets")


@pytest.mark.parametrize("text", ["", "Catia", "nobodys", "catia.rows"])
def test_a_contract_is_one_below_sources(text: str) -> None:
    said = f"Correct the environment's contract_name and deploy it: .*there are {', '.join(contract_names())}"
    with pytest.raises(ArgumentsError, match=f"--contract is '{text}'. {said}"):
        parse_arguments(argv({**TEXTS, "contract": text}))
    with pytest.raises(ArgumentsError, match=f"CONTRACT is '{text}'. {said}"):
        read_variables({**VARIABLES, "CONTRACT": text})
