from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from xxhash import xxh3_64_intdigest

from contract import cells
from contract.datasets import Dataset
from contract.items.wire_json import wire_json
from contract.partition_sums import PartitionSum, total, version_of
from contract.runs import RunSummary, RunSummaryError
from contract.sources.catia import CONTRACT, CONVERSATIONS, FEEDBACK, MESSAGES
from lambda_src.clients import Clients, DeadlineGuard
from lambda_src.exceptions import DestinationError, SourceError
from lambda_src.parallelism import Parallelism
from lambda_src.publication import Publication
from lambda_src.run import Plan, run
from lambda_src.scan import Page
from lambda_src.uploads import Uploads
from lambda_src.work_unit_extraction import extract_pages
from lambda_src.work_units import LEAST_PART_BYTES, PART_BYTES, WorkUnit, WorkUnitResult, divide
from tests.unit.contract.catia.strategies import ANY_ITEMS, wrapped
from tests.unit.lambda_src.fakes import SETTINGS, FakeDynamoDB, FakeS3, client_error, failing_at

csv.field_size_limit(2**24)

STARTED = datetime(2026, 1, 31, 4, 30, tzinfo=UTC)
SHARES = divide(Parallelism(1, 1), 0, None)
PLAN = Plan("20260131T043000.000000Z-0123abcd", date(2026, 1, 30), STARTED, SETTINGS, SHARES)
LONG_TEXT = "ñ" * 150_000


def item(user: str, sort_key: str, **attributes: Any) -> dict[str, Any]:
    return {name: wrapped(value) for name, value in {"PK": user, "SK": sort_key, **attributes}.items()}


ITEMS = [
    item(
        "USER#1", "CONVERSATION#2026-01-30T10:00:00", Conversation=[{"from": "user", "text": "a\nb"}, {"from": "bot"}]
    ),
    item("USER#1", "CONVERSATION#2026-01-30T11:00:00", Conversation="[]"),
    item("USER#1", "FEEDBACK#2026-01-30T10:01:00", Feedback={"type": "like", "comment": ""}),
    item("USER#1", "REGISTER"),
    item("USER#2", "REGISTER"),
    item("USER#monitor", "CONVERSATION#x"),
    item("USER#3", "CONVERSATION#x"),
    item("USER#3", "OTHER#1"),
    item("USER#3", "OTHER#2"),
]


def page(items: list[dict[str, Any]], scanned: int | None = None) -> Page:
    encoded = [msgspec.Raw(wire_json(each).encode()) for each in items]
    return Page(encoded, len(items) if scanned is None else scanned, 0.5, 0, 0)


def pages_of(*pages: list[dict[str, Any]]) -> Iterator[Page]:
    return (page(items) for items in pages)


@dataclass
class Extraction:
    """Makes each work unit of the pages that are given for it, as a worker does."""

    fake: FakeS3
    pages: Sequence[Iterable[Page]]
    check_deadline: Callable[[], None] = lambda: None

    def __call__(self, work_units: Sequence[WorkUnit], uploads: Uploads) -> list[WorkUnitResult]:
        upload = uploads.by(self.fake.as_client())
        return [
            extract_pages(pages, work_unit, upload, PLAN.settings, self.check_deadline)
            for work_unit, pages in zip(work_units, self.pages, strict=True)
        ]


def guard(fake: FakeS3, check: Callable[[], None] = lambda: None) -> DeadlineGuard:
    return DeadlineGuard(Clients(FakeDynamoDB([]).as_client(), fake.as_client()), check)


def publish(fake: FakeS3, *pages: Iterable[Page], check_deadline: Callable[[], None] = lambda: None) -> RunSummary:
    """Run over the pages of each work unit."""
    plan = replace(PLAN, work_units=divide(Parallelism(len(pages), len(pages)), 0, None))
    target = Publication(fake.as_client(), SETTINGS, plan.day, plan.run_id)
    return run(plan, Extraction(fake, pages, check_deadline), target, guard(fake, check_deadline), lambda: STARTED)


def dry_run(fake: FakeS3) -> Publication:
    return Publication(fake.as_client(), SETTINGS, PLAN.day, PLAN.run_id, dry_run=True)


def rehearse(pages: Iterable[Page]) -> RunSummary:
    fake = FakeS3()
    return run(PLAN, Extraction(fake, [pages]), dry_run(fake), guard(fake), lambda: STARTED)


def rows_of(fake: FakeS3, summary: RunSummary, dataset: str) -> list[list[str]]:
    (key,) = (entry.key for entry in summary.objects if entry.dataset == dataset)
    return list(csv.reader(io.StringIO(fake.objects[key].decode(), newline=""), strict=True))


def test_a_run_publishes_every_row_and_a_summary_that_says_so() -> None:
    fake = FakeS3()
    summary = publish(fake, pages_of(ITEMS[:4], [], ITEMS[4:]))

    assert summary.items.scanned == 9
    assert summary.items.accepted == {"conversations": 2, "feedback": 1, "registers": 2}
    assert summary.items.excluded == {"monitor": 1}
    assert summary.items.rejected == {"invalid_sk": 2, "invalid_timestamp": 1}
    assert (summary.scan.pages, summary.scan.consumed_capacity_units) == (3, 1.5)
    assert [(entry.dataset, entry.rows) for entry in summary.objects] == [
        ("messages", 2),
        ("feedback", 1),
        ("rejected", 3),
        ("conversations", 2),
    ]
    assert all(len(fake.objects[entry.key]) == entry.bytes for entry in summary.objects)
    (published,) = (content for key, content in fake.objects.items() if key.endswith(".json"))
    assert RunSummary.from_json(published) == summary


def said_in(table: list[list[str]]) -> list[dict[str, str]]:
    """Each row's cells by column name, but for those that are empty."""
    header, *rows = table
    return [{name: cell for name, cell in zip(header, row, strict=True) if cell} for row in rows]


def test_cells_hold_what_was_said() -> None:
    fake = FakeS3()
    summary = publish(fake, pages_of(ITEMS))

    asked = {"user_id": "1", "conversation_id": "CONVERSATION#2026-01-30T10:00:00"}
    assert said_in(rows_of(fake, summary, "messages")) == [
        {**asked, "position": "1", "sender": "user", "text": "a\\nb"},
        {**asked, "position": "2", "sender": "bot"},
    ]
    rated = {"user_id": "1", "feedback_id": "FEEDBACK#2026-01-30T10:01:00"}
    assert said_in(rows_of(fake, summary, "feedback")) == [
        {**rated, "created_at": "2026-01-30T10:01:00.000000Z", "feedback_type": "like"}
    ]
    _, key, rejected, _ = rows_of(fake, summary, "rejected")
    assert json.loads(key[0]) == {"PK": {"S": "USER#3"}, "SK": {"S": "CONVERSATION#x"}}
    assert json.loads(cells.restore(rejected[2])) == ITEMS[7]


@pytest.mark.parametrize("dataset", CONTRACT.datasets, ids=lambda dataset: dataset.name)
def test_an_empty_table_gives_a_header_alone(dataset: Dataset) -> None:
    fake = FakeS3()
    summary = publish(fake, pages_of([]))

    assert rows_of(fake, summary, dataset.name) == [list(dataset.column_names)]


@given(st.lists(st.lists(st.lists(ANY_ITEMS, max_size=3), max_size=2), min_size=1, max_size=3))
@settings(max_examples=50)
def test_no_item_is_lost_whatever_it_is_and_whoever_reads_it(work_units: list[list[list[dict[str, Any]]]]) -> None:
    fake = FakeS3()

    summary = publish(fake, *(pages_of(*pages) for pages in work_units))

    rows = {dataset.name: len(rows_of(fake, summary, dataset.name)) - 1 for dataset in CONTRACT.datasets}
    with_rows = rows["conversations"] + rows["feedback"] + rows["rejected"]
    items = sum(len(page) for pages in work_units for page in pages)
    assert items - with_rows == summary.items.accepted["registers"] + summary.items.excluded["monitor"]
    message_count = CONVERSATIONS.column_names.index("message_count")
    assert rows["messages"] == sum(int(row[message_count]) for row in rows_of(fake, summary, "conversations")[1:])


def long_conversations(count: int, user: str = "USER#1") -> list[dict[str, Any]]:
    message = {"from": "user", "text": LONG_TEXT}
    return [item(user, f"CONVERSATION#2026-01-30T10:00:{number:02}", Conversation=[message]) for number in range(count)]


@pytest.mark.parametrize("counts", [(0, 0), (1, 0), (0, 50), (50, 0), (50, 50), (20, 1, 50), (60, 60, 60)])
def test_shares_of_any_size_make_one_file_with_one_header(counts: tuple[int, ...]) -> None:
    fake = FakeS3()
    work_units = [
        [page([long]) for long in long_conversations(count, f"USER#{work_unit}")]
        for work_unit, count in enumerate(counts)
    ]
    summary = publish(fake, *work_units)

    header, *rows = rows_of(fake, summary, "messages")
    assert header[0] == "user_id"
    expected = [
        (str(work_unit), f"CONVERSATION#2026-01-30T10:00:{number:02}")
        for work_unit, count in enumerate(counts)
        for number in range(count)
    ]
    assert sorted((row[0], row[1]) for row in rows) == expected
    assert summary.rows_of("messages") == sum(counts)
    assert summary.scan.segments == len(counts)


def test_a_count_that_dynamodb_contradicts_is_not_published() -> None:
    fake = FakeS3()

    with pytest.raises(RunSummaryError, match="1 of 10 scanned items went nowhere"):
        publish(fake, [page(ITEMS, len(ITEMS) + 1)])
    assert (fake.objects, fake.uploads) == ({}, {})


def test_parts_are_uploaded_while_the_scan_goes_on() -> None:
    fake = FakeS3()
    uploaded_before_page = []

    def pages() -> Iterator[Page]:
        for long in long_conversations(60) * 2:
            # Copies: parts are uploaded meanwhile.
            uploaded = [part for _, parts in list(fake.uploads.values()) for part in list(parts.values())]
            uploaded_before_page.append(sum(map(len, uploaded)))
            yield page([long])

    summary = publish(fake, pages())

    waiting_most = PART_BYTES + (PART_BYTES + LEAST_PART_BYTES) + 2 * len(LONG_TEXT)
    read_before_page = [number * 2 * len(LONG_TEXT) for number in range(120)]
    assert all(
        read - uploaded < waiting_most for read, uploaded in zip(read_before_page, uploaded_before_page, strict=True)
    )
    assert max(uploaded_before_page) >= PART_BYTES
    assert summary.rows_of("messages") == 120


def test_a_scan_that_breaks_off_publishes_nothing() -> None:
    fake = FakeS3()

    def pages() -> Iterator[Page]:
        yield page(ITEMS)
        message = "the table is gone"
        raise SourceError(message)

    with pytest.raises(SourceError, match="the table is gone") as caught:
        publish(fake, pages())
    assert (fake.objects, fake.uploads) == ({}, {})
    assert caught.value.__notes__ == [f"This ended run {PLAN.run_id} for dt=2026-01-30."]


@pytest.mark.parametrize("number", range(13))
@pytest.mark.parametrize("interruption", [KeyboardInterrupt, SystemExit, MemoryError, client_error("SlowDown", "Any")])
def test_a_run_that_is_stopped_at_any_call_leaves_nothing(
    number: int, interruption: type[BaseException] | BaseException
) -> None:
    def interrupt(call: int) -> None:
        if call == number:
            raise interruption

    fake = FakeS3(before=interrupt)
    with pytest.raises((KeyboardInterrupt, SystemExit, MemoryError, DestinationError)):
        publish(fake, pages_of(ITEMS))

    assert (fake.objects, fake.uploads) == ({}, {})


@pytest.mark.parametrize("refused", [0, 1, 2, 3])
def test_the_deadline_is_asked_before_each_page_and_before_the_commit(refused: int) -> None:
    fake = FakeS3()
    asked: list[int] = []
    read: list[int] = []

    def check() -> None:
        asked.append(len(asked))
        if len(asked) > refused:
            raise TimeoutError

    def pages() -> Iterator[Page]:
        for number in range(2):
            read.append(number)
            yield page([])

    with pytest.raises(TimeoutError):
        publish(fake, pages(), check_deadline=check)

    assert len(read) == min(refused, 2)
    assert (fake.objects, fake.uploads) == ({}, {})
    assert "complete" not in {name for name, _ in fake.calls}


def test_rows_that_do_not_reach_the_file_are_noticed() -> None:
    fake = FakeS3()
    target = Publication(fake.as_client(), SETTINGS, PLAN.day, PLAN.run_id)

    def lose_a_row(work_units: Sequence[WorkUnit], uploads: Uploads) -> list[WorkUnitResult]:
        (made,) = Extraction(fake, [pages_of(ITEMS)])(work_units, uploads)
        return [replace(made, rows={**made.rows, "messages": made.rows["messages"] - 1})]

    with pytest.raises(RunSummaryError, match="messages has 1 rows, its partitions 2"):
        run(PLAN, lose_a_row, target, guard(fake), lambda: STARTED)
    assert (fake.objects, fake.uploads) == ({}, {})


@pytest.mark.parametrize("accepted", [True, False])
def test_the_summary_says_whether_it_may_remove_rows(accepted: bool) -> None:
    fake = FakeS3()
    plan = replace(PLAN, accept_removal=accepted)
    summary = run(plan, Extraction(fake, [pages_of(ITEMS)]), dry_run(fake), guard(fake), lambda: STARTED)

    assert RunSummary.from_json(summary.to_json()).accept_removal is accepted


def sums_in(fake: FakeS3, summary: RunSummary, dataset: Dataset) -> dict[str, PartitionSum]:
    """What the file itself gives: its records, those of an item together."""
    assert dataset.partition is not None
    place = dataset.column_names.index(dataset.partition.column)
    (key,) = (entry.key for entry in summary.objects if entry.dataset == dataset.name)
    records = [record + b"\n" for record in fake.objects[key].split(b"\n")[1:-1]]
    rows = rows_of(fake, summary, dataset.name)[1:]
    items: dict[tuple[str, str], list[bytes]] = {}
    for row, record in zip(rows, records, strict=True):
        items.setdefault((row[0], row[place]), []).append(record)
    return total(
        {dataset.partition_of(text): PartitionSum(len(those), xxh3_64_intdigest(b"".join(those)))}
        for (_, text), those in items.items()
    )


@st.composite
def divided(draw: st.DrawFn) -> list[list[list[dict[str, Any]]]]:
    """Conversations and feedback of some months, each once, as pages of work units, in any order."""
    texts = draw(st.lists(st.text(max_size=5), min_size=1, max_size=12))
    items = [
        item(
            f"USER#{number % 3}",
            f"CONVERSATION#2026-0{1 + number % 4}-01T00:00:{number:02}",
            Conversation=[
                {"from": "user", "text": text},
                {"from": "bot", "timestamp": "x" if "0" in text else "2026-01-01T00:00:00Z"},
            ][: number % 3],
        )
        for number, text in enumerate(texts)
    ] + [
        item("USER#1", f"FEEDBACK#2026-0{1 + number % 2}-01T00:00:{number:02}", Feedback={"comment": text or "-"})
        for number, text in enumerate(texts)
    ]
    work_units: list[list[list[dict[str, Any]]]] = [[[], []] for _ in range(draw(st.integers(1, 3)))]
    for each in draw(st.permutations(items)):
        draw(st.sampled_from(draw(st.sampled_from(work_units)))).append(each)
    return work_units


@given(divided())
def test_partitions_sums_are_of_what_the_files_hold_whoever_wrote_it(
    work_units: list[list[list[dict[str, Any]]]],
) -> None:
    fake = FakeS3()
    summary = publish(fake, *(pages_of(*pages) for pages in work_units))
    everything = [each for pages in work_units for page_items in pages for each in page_items]

    for dataset in (CONVERSATIONS, MESSAGES, FEEDBACK):
        written = summary.object_of(dataset.name)
        assert written.partitions == sums_in(fake, summary, dataset)
        assert written.sums_version == version_of(dataset)
    together = publish(FakeS3(), pages_of(everything))
    assert [each.partitions for each in together.objects] == [each.partitions for each in summary.objects]


def test_a_dry_run_tells_the_same_and_writes_nothing() -> None:
    assert rehearse(pages_of(ITEMS)) == publish(FakeS3(), pages_of(ITEMS))


def test_a_dry_run_reconciles_too() -> None:
    with pytest.raises(RunSummaryError):
        rehearse([page(ITEMS, 0)])


def test_the_same_run_succeeds_after_a_failed_one() -> None:
    fake = FakeS3(before=failing_at(9, code="InternalError"))
    with pytest.raises(DestinationError):
        publish(fake, pages_of(ITEMS))

    assert len(publish(fake, pages_of(ITEMS)).objects) + 1 == len(fake.objects)
