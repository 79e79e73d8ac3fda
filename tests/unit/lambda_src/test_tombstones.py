from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from contract.layout import TOMBSTONES_KEY
from contract.sources.catia import CONTRACT
from contract.tombstones import Coverage, Tombstone, Tombstones, hash_of
from lambda_src.exceptions import PrivacyError
from lambda_src.exclusions import ExclusionRule
from lambda_src.extraction import Extraction
from lambda_src.settings import Settings
from lambda_src.tombstones import coverage_of, read_tombstones
from tests.unit.lambda_src.fakes import BUCKET, ENVIRONMENT, SETTINGS, FakeS3, client_error

KEY = bytes(range(32))
ERASED = datetime(2026, 2, 1, 12, tzinfo=UTC)
BEFORE, THEN, AFTER = "2026-02-01T11:59:59.999999Z", "2026-02-01T12:00:00Z", "2026-02-01T12:00:00.000001Z"
MONITOR = ExclusionRule("monitors", "user_id", "starts_with", ("monitor-",))


def tombstones(*users: str) -> Tombstones:
    return Tombstones().with_added(Tombstone(hash_of(KEY, "catia", user), ERASED, ERASED) for user in users)


COVERAGE = Coverage("catia", "USER#", KEY, tombstones("ana", "monitor-1"))


def item(user: str, sort_key: str, **attributes: Any) -> bytes:
    return json.dumps({"PK": {"S": f"USER#{user}"}, "SK": {"S": sort_key}, **attributes}).encode()


CASES: list[tuple[str, str, dict[str, Any] | None, str]] = [
    # whose, its sort key, CreatedAt, what becomes of it
    ("ana", f"CONVERSATION#{BEFORE}", None, "tombstoned"),
    ("ana", f"CONVERSATION#{THEN}", None, "tombstoned"),
    ("ana", f"CONVERSATION#{AFTER}", None, "conversations"),
    ("ana", f"CONVERSATION#{AFTER}", {"S": BEFORE}, "tombstoned"),
    ("ana", f"CONVERSATION#{BEFORE}", {"S": AFTER}, "conversations"),
    ("ana", f"CONVERSATION#{AFTER}", {"S": "2026-02-01T07:00:00-05:00"}, "tombstoned"),
    ("ana", f"CONVERSATION#{AFTER}", {"NULL": True}, "conversations"),
    ("ana", f"CONVERSATION#{AFTER}", {"S": "soon"}, "tombstoned"),
    ("ana", f"CONVERSATION#{AFTER}", {"M": {}}, "tombstoned"),
    ("ana", "CONVERSATION#someday", None, "tombstoned"),
    ("ana", f"FEEDBACK#{BEFORE}", None, "tombstoned"),
    ("ana", f"FEEDBACK#{AFTER}", None, "feedback"),
    ("ana", "REGISTER", None, "tombstoned"),
    ("ana", "REGISTER", {"S": AFTER}, "registers"),
    ("ana", "PROFILE", None, "tombstoned"),
    ("ana", "PROFILE", {"S": AFTER}, "rejected"),
    ("an", f"CONVERSATION#{BEFORE}", None, "conversations"),
    ("ana2", f"CONVERSATION#{BEFORE}", None, "conversations"),
    ("ANA", f"CONVERSATION#{BEFORE}", None, "conversations"),
    ("luis", "CONVERSATION#someday", None, "rejected"),
    ("monitor-1", f"CONVERSATION#{BEFORE}", None, "excluded"),
]


@pytest.mark.parametrize(("user", "sort_key", "created_at", "end"), CASES)
@pytest.mark.parametrize("shape", ["common", "rare"])
def test_items_of_the_erased_are_left_out_up_to_the_erasure(
    user: str, sort_key: str, created_at: dict[str, Any] | None, end: str, shape: str
) -> None:
    extraction = Extraction(CONTRACT, [MONITOR], COVERAGE)
    # A number is a text, too, but none that the fast reader takes.
    more = {} if shape == "common" else {"UserData": {"M": {"nombre": {"N": "7"}}}}
    created = {} if created_at is None else {"CreatedAt": created_at}
    extraction.add([item(user, sort_key, **created, **more)])

    counts = extraction.tally.item_counts(1)
    assert counts.unaccounted == 0
    ends = {
        **counts.accepted,
        "excluded": counts.excluded_total,
        "tombstoned": counts.tombstoned,
        "rejected": counts.rejected_total,
    }
    assert {name for name, count in ends.items() if count} == {end}
    rows = b"".join(extraction.take_rows().values())
    assert bool(rows) == (end in {"conversations", "feedback", "rejected"})


def test_without_tombstones_nothing_is_looked_up() -> None:
    for coverage in (None, COVERAGE):
        extraction = Extraction(CONTRACT, [], coverage)
        extraction.add([item("luis", f"CONVERSATION#{BEFORE}")] * 3)
        assert extraction.slow_path_items == 0


@dataclass
class Parameters:
    """What SSM answers."""

    value: str | None = KEY.hex()
    refusal: str = "ParameterNotFound"
    asked: list[dict[str, Any]] = field(default_factory=list)

    def get_parameter(self, **request: Any) -> dict[str, Any]:
        self.asked.append(request)
        if self.value is None:
            error = client_error(self.refusal, "GetParameter")
            raise error
        return {"Parameter": {"Value": self.value}}


@dataclass
class AnyClients:
    """The clients that reading asks for."""

    s3: Any
    ssm: Any = field(default_factory=Parameters)


def read(clients: Any, settings: Settings = SETTINGS) -> Coverage | None:
    return coverage_of(read_tombstones(clients, BUCKET), clients, settings)


def test_where_nobody_was_erased_no_key_is_asked_for() -> None:
    for content in (None, Tombstones().to_json()):
        clients = AnyClients(FakeS3(objects={} if content is None else {TOMBSTONES_KEY: content.encode()}))
        assert read(clients) is None
        assert clients.ssm.asked == []


def test_tombstones_and_their_key_are_read_once() -> None:
    clients = AnyClients(FakeS3(objects={TOMBSTONES_KEY: COVERAGE.tombstones.to_json().encode()}))

    assert read(clients) == COVERAGE
    assert clients.ssm.asked == [{"Name": "/cat/test/tombstone-key", "WithDecryption": True}]


def test_a_contract_that_names_nobody_needs_no_key() -> None:
    clients = AnyClients(FakeS3(objects={TOMBSTONES_KEY: COVERAGE.tombstones.to_json().encode()}))
    tickets = Settings.from_environment({**ENVIRONMENT, "CONTRACT": "tickets", "EXCLUSION_RULES": "[]"})

    assert read(clients, tickets) is None
    assert clients.ssm.asked == []


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        (Parameters(None), "nobody knows whose items to leave out"),
        (Parameters(None, "AccessDeniedException"), "ssm:GetParameter"),
        (Parameters("not hexadecimal"), "is not 64 hexadecimal digits"),
    ],
)
def test_a_run_without_the_key_does_not_begin(parameters: Parameters, message: str) -> None:
    with pytest.raises(PrivacyError, match=message):
        read(AnyClients(FakeS3(objects={TOMBSTONES_KEY: COVERAGE.tombstones.to_json().encode()}), parameters))


def test_damaged_or_refused_tombstones_end_the_run() -> None:
    with pytest.raises(PrivacyError, match="damaged"):
        read(AnyClients(FakeS3(objects={TOMBSTONES_KEY: b"{"})))

    class Refusing(FakeS3):
        def get_object(self, **_: Any) -> dict[str, Any]:
            error = client_error("AccessDenied", "GetObject")
            raise error

    with pytest.raises(PrivacyError, match="s3:ListBucket"):
        read(AnyClients(Refusing()))
