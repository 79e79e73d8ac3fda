"""``infer`` makes a first contract from a table's items, ``check`` says whether a contract is whole.

``infer`` reads the table as whoever runs it: with that person's AWS profile, or on the emulator that AWS_ENDPOINT_URL
names.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from contract.column_history import history_faults, read_history
from contract.serving import named_queries_of, views_of
from contract.source import ContractError, SourceContract
from contract.sources import loading, unchecked_contract
from lambda_src.normalize import Normalizer
from tools.contract.examples import example_faults
from tools.contract.inference import observed
from tools.contract.names import contract_name_of, fault_of, module_of
from tools.contract.queries import query_faults
from tools.contract.reading import ReaderError
from tools.contract.reported import report
from tools.contract.sampling import DEFAULT_LIMIT, UnusableSampleError, sample, sample_for
from tools.contract.trial import tried
from tools.contract.written import checked, module_text


def parser() -> argparse.ArgumentParser:
    """Return the command line's grammar."""
    root = argparse.ArgumentParser(prog="python -m tools.contract", description=__doc__)
    commands = root.add_subparsers(dest="command", required=True)
    check = commands.add_parser(
        "check",
        help="Say what is wrong with a contract, all of it at once.",
        description="Say what is wrong with a contract, all of it at once; else the tables and views that it makes.",
        epilog="For example: python -m tools.contract check visits",
    )
    check.add_argument("name", help="the contract's name, as its module in contract/sources is called")
    check.add_argument("--table", help="try the contract on items of this DynamoDB table; nothing is written")
    infer = commands.add_parser(
        "infer",
        help="Write a first contract from a sample of a table's items.",
        description="Write a first contract from a sample of a table's items. No value of an item is shown or written.",
        epilog="For example: python -m tools.contract infer --table reception-visits --name visits",
    )
    infer.add_argument("--table", required=True, help="the DynamoDB table's name")
    infer.add_argument("--name", help="the contract's name (default: made of the table's)")
    for command in (check, infer):
        command.add_argument(
            "--limit", type=_at_least_one, default=DEFAULT_LIMIT, help="items to look at (default: %(default)s)"
        )
    infer.add_argument("--output", type=Path, help="the file (default: contract/sources/<name>.py)")
    return root


def main(words: list[str] | None = None) -> int:
    """Do what the command line says, and return the exit status."""
    arguments = parser().parse_args(words)
    return _check(arguments) if arguments.command == "check" else _infer(arguments)


def _check(arguments: argparse.Namespace) -> int:
    name = arguments.name
    try:
        contract = unchecked_contract(name)
        past = history_faults(contract, read_history())
        if own := contract.faults():
            # What does not fit together cannot be asked further.
            contract.refuse((*own, *past))
        with loading(name):
            # It imports the contract's functions, as ETL-1 does.
            Normalizer(contract)
            views, queries = views_of(contract), named_queries_of(contract)
        # What a table really has is worth more than what is made up.
        examples = () if arguments.table else example_faults(contract)
        contract.refuse((*past, *query_faults(contract, views, queries), *examples))
    except ContractError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    for kind, made in (("table", contract.datasets), ("view", views)):
        for each in made:
            columns = ", ".join(f"{column.name} {column.type.name}" for column in each.columns)
            sys.stdout.write(f"{kind} {each.name}: {columns}\n")
    sys.stdout.write(f"The contract {name!r} is whole. See it run: make demo CONTRACT={name}\n")
    return _try(contract, arguments.table, arguments.limit) if arguments.table else 0


def _try(contract: SourceContract, table: str, limit: int) -> int:
    """Say what the contract makes of a table's items; fail where it can read none of them."""
    try:
        trial = tried(contract, sample_for(contract, table, limit))
    except (UnusableSampleError, ReaderError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(trial.report(table))
    return 0 if trial.accepted else 1


def _infer(arguments: argparse.Namespace) -> int:
    """Write the contract, and say what was seen."""
    name = arguments.name or contract_name_of(arguments.table)
    target = arguments.output or module_of(name)
    fault = fault_of(name) or (f"{target} is there already: give another --name or --output" if target.exists() else "")
    if fault:
        sys.stderr.write(f"{fault}\n")
        return 2
    try:
        keys, items = sample(arguments.table, arguments.limit)
        seen = observed(items, keys)
        outcome = checked(module_text(name, arguments.table, seen), name, items, target)
    except UnusableSampleError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(report(seen, outcome, target, name, arguments.table))
    return 0


def _at_least_one(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        message = f"{text!r} is no number of items from 1 on"
        raise argparse.ArgumentTypeError(message)
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
