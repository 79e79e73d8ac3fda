"""docs/aws-facts.md: every fact has a page of AWS or of its Terraform provider, and a test that is there."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[3]
DOCUMENT: Final = ROOT / "docs" / "aws-facts.md"
HEAD: Final = ["Fact", "Source", "Held by"]
#: AWS's own pages and code, and those of the provider by which Terraform asks it.
SOURCES: Final = (
    *(
        "https://docs.aws.amazon.com/",
        "https://aws.amazon.com/",
        "https://github.com/aws/",
        "https://github.com/awslabs/",
    ),
    *("https://github.com/hashicorp/terraform-provider-aws/", "https://registry.terraform.io/providers/hashicorp/aws/"),
)
TEST: Final = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def tables(text: str) -> list[list[list[str]]]:
    """Each table's rows, the head first, without the line below it."""
    found = re.findall(r"(?:^\|.*\|[ ]*\n)+", text, re.MULTILINE)
    return [[cells(line) for line in table.splitlines() if not re.fullmatch(r"[|:\- ]+", line)] for table in found]


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))]


TABLES: Final = tables(DOCUMENT.read_text(encoding="utf-8"))
ROWS: Final = [row for table in TABLES for row in table[1:]]


@cache
def names_in(file: str) -> frozenset[str]:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def test_document_has_tables_of_facts_and_no_others() -> None:
    assert ROWS
    assert [table[0] for table in TABLES] == [HEAD] * len(TABLES)
    assert "](aws-facts.md)" in (ROOT / "docs" / "index.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0][:60])
def test_fact_has_a_source_and_a_test(row: list[str]) -> None:
    assert len(row) == len(HEAD), row
    fact, source, held_by = row
    assert fact.endswith("."), "a sentence"
    addresses = re.findall(r"https?://[^\s<>)]+", source)
    assert addresses
    assert [address for address in addresses if not address.startswith(SOURCES)] == []
    named = TEST.findall(held_by)
    assert named, "a test as `path::name`"
    assert len(named) == held_by.count("::")
    for file, name in named:
        assert (ROOT / file).is_file(), file
        assert name in names_in(file), f"{file} has no {name}"


@pytest.mark.parametrize(
    "row",
    [
        [
            "A fact.",
            "<https://example.com/x>",
            "`tests/unit/docs/test_aws_facts.py::test_fact_has_a_source_and_a_test`",
        ],
        ["A fact.", "docs.aws.amazon.com", "`tests/unit/docs/test_aws_facts.py::test_fact_has_a_source_and_a_test`"],
        ["A fact.", "<https://docs.aws.amazon.com/x>", "`tests/unit/docs/test_aws_facts.py::test_nobody_wrote`"],
        ["A fact.", "<https://docs.aws.amazon.com/x>", "`tests/unit/docs/test_nowhere.py::test_x`"],
        ["A fact.", "<https://docs.aws.amazon.com/x>", "the tests"],
        ["A fact.", "<https://docs.aws.amazon.com/x>"],
    ],
)
def test_a_row_that_lacks_something_is_found(row: list[str]) -> None:
    with pytest.raises(AssertionError):
        test_fact_has_a_source_and_a_test(row)
