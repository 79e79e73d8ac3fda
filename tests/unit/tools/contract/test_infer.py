"""A first contract from a sample: it imports, is whole, reads what the sample has, and quotes nothing of it."""

from __future__ import annotations

import json
import os
import re
import sys
import threading
from collections.abc import Callable, Iterator
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import boto3
import pytest

from tools.contract import __main__ as command
from tools.contract.inference import observed
from tools.contract.names import module_of
from tools.contract.reported import report
from tools.contract.sampling import UnusableSampleError
from tools.contract.written import Outcome, checked, module_text
from tools.local.aws_environment import ISOLATION
from tools.local.sample_shapes import wire

KEYS = ("user_id", "visitNo")


def visit(number: int, **change: Any) -> dict[str, Any]:
    values = {
        "user_id": f"secret-{number}",
        "visitNo": number,
        "Host Name": f"secret {number}",
        "city": ("Cali", "Pasto")[number % 2],
        "status": ("in", "out")[number % 2],
        "zip": f"0{number:04}",
        "fee": Decimal(number) / 4,
        "count": number,
        "paid": number % 2 == 0,
        "on": "2026-01-31",
        "at": "2026-01-31T10:00:00-05:00",
        "parts": [{"a": number}],
        "packed": '{"a": 1}',
        "notes": "secret " * 20,
        "dt": "x",
        "a.b": "y",
        **change,
    }
    return {name: wire(value) for name, value in values.items() if value is not ...}


ITEMS = [
    *(visit(number) for number in range(1, 97)),
    visit(97, fee="secret", count=...),
    visit(98, on="secret", count=None),
    visit(99, paid="secret"),
    {**visit(100), "tags": {"SS": ["secret"]}},
]


def test_a_sample_becomes_a_contract_with_what_was_odd(tmp_path: Path) -> None:
    seen = observed(ITEMS, KEYS)
    text, target = module_text("visits_", "Reception-Visits", seen), tmp_path / "visits_.py"
    outcome = checked(text, "visits_", ITEMS, target)
    assert target.read_text(encoding="utf-8") == text
    assert not any(name.endswith("visits_") for name in sys.modules)
    # What is odd would be rejected, and is told by its reason.
    assert (outcome.accepted, outcome.rejected) == (97, {"invalid_value": 3})
    columns = [line.strip() for line in text.splitlines() if "CONFIRM" in line]
    assert [line.partition(', "What')[0] for line in columns] == [
        'text(1, "user_id", IDENTIFIER',
        'integer(2, "visit_no", TECHNICAL',
        'text(3, "host_name", PERSONAL',
        'instant(5, "at", TECHNICAL',
        'text(6, "city", ORGANISATION',
        'integer(7, "count", TECHNICAL',
        'text(8, "dt_", TECHNICAL',
        'decimal(8, 2)(9, "fee", TECHNICAL',
        'prose(10, "notes", PERSONAL',
        'day(11, "on", TECHNICAL',
        'json(12, "packed", PERSONAL',
        'boolean(13, "paid", TECHNICAL',
        'json(14, "parts", PERSONAL',
        'text(15, "status", TECHNICAL',
        'text(17, "zip", PERSONAL',
    ]
    assert '# "count": N in 98, NULL in 1; 2.0 % of the items have none.' in text
    assert "# ODD, would reject 1 items: expected a day as YYYY-MM-DD, found text of 6 characters." in text
    assert "Items have 3 different sets of attributes." in text
    assert "#several-kinds-in-one-table" in text
    told = report(seen, outcome, target, "visits_", "Reception-Visits")
    assert "The contract takes 97 of them; it would reject" in told
    command_line = "python -m tools.contract check visits_ --table Reception-Visits"
    assert told.endswith(f"Then: {command_line}\n      make demo CONTRACT=visits_\n")
    # Only a module of contract/sources is found.
    assert f"Move it to {module_of('visits_')}." in told
    assert "Move it" not in report(seen, outcome, module_of("visits_"), "visits_", "Reception-Visits")
    assert [said for said in (text, told) if "secret" in said or "Pasto" in said] == []


@pytest.mark.parametrize(
    ("values", "made"),
    [
        ([{"N": "1"}, {"N": "12345678901234567890"}], "decimal(24, 0)"),
        ([{"N": "1"}] * 9 + [{"N": "0.5"}], "decimal(7, 2)"),
        ([{"N": "20.5"}, {"N": "0.125"}], "decimal(9, 3)"),
        ([{"N": f"{10**36}"}, {"N": "0.5"}], "decimal(38, 1)"),
        ([{"N": "1E+100"}, {"N": "1E-100"}], "double"),
        ([{"N": "0.123456789012"}], "decimal(17, 12)"),
        ([{"N": "0.5"}, {"N": "0.1234567890123"}], "double"),
        ([{"S": "5"}, {"S": "07"}], "text"),
        ([{"BOOL": True}, {"S": "true"}], "boolean"),
        ([{"NULL": True}], "text"),
    ],
)
def test_the_narrowest_type_that_all_values_are_of(values: list[dict[str, Any]], made: str) -> None:
    items = [{"id": {"S": str(number)}, "x": value} for number, value in enumerate(values)]
    assert f"        {made}(2, " in module_text("it", "it", observed(items, ("id",)))


def test_why_a_number_is_no_decimal_is_told() -> None:
    items = [{"id": {"S": "a"}, "x": {"N": "0.30000000000000004"}}]
    text = module_text("it", "it", observed(items, ("id",)))
    assert "# Double: numbers of up to 17 digits behind the point are a program's fractions;" in text


@pytest.mark.parametrize(("more", "told"), [({}, '"type" seems to tell'), ({"due": "x"}, "")])
def test_what_seems_to_tell_kinds_apart_is_named(more: dict[str, str], told: str) -> None:
    gear: list[dict[str, Any]] = [
        {"id": f"g{number}", "type": "gear", "city": "Cali", "price": number, **more} for number in range(3)
    ]
    loans: list[dict[str, Any]] = [
        {"id": f"l{number}", "type": "loan", "city": ("Cali", "Pasto")[number % 2], "due": "x"} for number in range(3)
    ]
    if more:
        loans[0]["price"] = 1
    items = [{name: wire(value) for name, value in item.items()} for item in (*gear, *loans)]
    text = module_text("it", "it", observed(items, ("id",)))
    assert ("seems to tell" in text) == bool(told)
    assert told in text


def test_numbers_that_may_be_times_are_told() -> None:
    times = {
        "at": "1767225600000",
        "by": "1767225600",
        "phone": "3001234567",
        "person": "1012345678",
        "fee": "1767225600.5",
    }
    items = [{"id": {"S": "a"}, **{name: {"N": number} for name, number in times.items()}}]
    told = re.findall(
        '"(.*)": N in 1[.]\n *# CONFIRM: may be (.*) since 1970', module_text("it", "it", observed(items, ("id",)))
    )
    assert told == [("at", "milliseconds"), ("by", "seconds")]


def order(number: int, **more: Any) -> dict[str, Any]:
    address = {"city": "Cali", "post code": "05", "a.b": 1, f"secret-{number}": 1}
    values = {"cliente": number, "pedido": f"P-2026-01-{number:02}-7", "to": {"address": address, "fee": 1}, **more}
    return {name: wire(value) for name, value in values.items()}


def test_numeric_keys_of_people_days_in_keys_and_entries_of_maps(tmp_path: Path) -> None:
    items = [order(number) for number in range(1, 30)] + [order(30, to=None)]
    seen = observed(items, ("cliente", "pedido"))
    text = module_text("pedidos_", "pedidos", seen)
    # An identifier becomes a pseudonym, and only a text can.
    assert 'text(1, "cliente", IDENTIFIER' in text
    assert 'number_keys=("cliente",)' in text
    shown = report(seen, Outcome(30, {}), tmp_path, "pedidos_", "pedidos").splitlines()
    assert [line.split()[1] for line in shown if line.startswith("  cliente ")] == ["text"]
    assert 'partition=Partition("pedido", 9)' in text
    assert (
        '# Entries that may become columns of their own: "to.address.city", "to.address.post code", "to.fee".' in text
    )
    assert checked(text, "pedidos_", items, tmp_path / "pedidos_.py").accepted == 30


@pytest.mark.parametrize("other", ["2026-01-30-7", "P-2026-13-30", "P-20260130"])
def test_no_partition_where_a_key_has_no_day_at_the_same_place(other: str) -> None:
    items = [order(1), order(2, pedido=other)]
    assert "Partition" not in module_text("it", "it", observed(items, ("cliente", "pedido")))


def test_no_items_and_keys_without_a_column_are_told() -> None:
    with pytest.raises(UnusableSampleError, match="visits has no items: fill it first"):
        module_text("visits", "visits", observed([], ("id",)))
    with pytest.raises(UnusableSampleError, match="no column can have the values of the key id; it is B in 1"):
        module_text("visits", "visits", observed([{"id": {"B": b"x"}}], ("id",)))
    with pytest.raises(UnusableSampleError, match="values of the key at; it is B in 1"):
        module_text("visits", "visits", observed([{"id": {"S": "x"}, "at": {"B": b"x"}}], ("id", "at")))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--name", "Visits"), "--name 'Visits': write lower-case letters"),
        (("--name", "catia"), "--name 'catia': there is such a contract already"),
        (("--name", "runs"), "--name 'runs': every contract has a table of that name"),
        (("--output", __file__), "is there already: give another --name or --output"),
    ],
)
def test_nothing_is_written_over(words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["infer", "--table", "reception-visits", *words]) == 2
    assert said in capsys.readouterr().err


class _Expired(BaseHTTPRequestHandler):
    """Refuses as DynamoDB does whose credentials have expired."""

    def do_POST(self) -> None:
        told = {"__type": "com.amazon.coral.service#ExpiredTokenException", "message": "The token has expired"}
        self.send_response(400)
        self.end_headers()
        self.wfile.write(json.dumps(told).encode())

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def infer(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[..., list[str]]]:
    """What ``infer`` says with these variables of AWS and no others; EXPIRED is an endpoint that refuses."""

    def run(**variables: str) -> list[str]:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            monkeypatch.delenv(name)
        for name, value in {**ISOLATION, "AWS_MAX_ATTEMPTS": "1", **variables}.items():
            monkeypatch.setenv(name, value.replace("EXPIRED", f"http://127.0.0.1:{server.server_port}"))
        # A client of this process's own session would keep what it found before.
        monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
        assert command.main(["infer", "--table", "reception-visits"]) == 1
        return capsys.readouterr().err.splitlines()

    with HTTPServer(("127.0.0.1", 0), _Expired) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield run
        server.shutdown()


REGION = {"AWS_DEFAULT_REGION": "us-east-1"}
KEYED = {"AWS_ACCESS_KEY_ID": "made", "AWS_SECRET_ACCESS_KEY": "up", **REGION}


@pytest.mark.parametrize(
    ("variables", "said", "remedy"),
    [
        ({}, "You must specify a region.", "AWS_DEFAULT_REGION"),
        (REGION, "No usable AWS credentials were found.", "AWS_PROFILE"),
        ({**KEYED, "AWS_PROFILE": "nobody"}, "The config profile (nobody) could not be found.", "AWS_PROFILE"),
        ({**KEYED, "AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, "AWS could not be reached.", "AWS_ENDPOINT_URL"),
        ({**KEYED, "AWS_ENDPOINT_URL": "EXPIRED"}, "The AWS credentials have expired.", "aws sso login"),
    ],
)
def test_whose_credentials_are_no_good_is_told_what_to_do_in_a_line(
    variables: dict[str, str], said: str, remedy: str, infer: Callable[..., list[str]]
) -> None:
    (line,) = infer(**variables)
    assert said in line
    assert remedy in line.partition(said)[2]
