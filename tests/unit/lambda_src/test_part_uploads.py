from __future__ import annotations

import threading

import pytest

from lambda_src.exceptions import DestinationError
from lambda_src.part_uploads import PartUploads
from lambda_src.s3_objects import UploadedPart


class Sink:
    """Takes parts, each only once it is let through."""

    def __init__(self) -> None:
        self.started: list[tuple[str, int]] = []
        self.gate = threading.Event()
        self.refused: set[int] = set()

    def upload(self, dataset: str, number: int, body: bytes) -> UploadedPart:
        self.started.append((dataset, number))
        assert self.gate.wait(10)
        if number in self.refused:
            message = f"part {number} is refused"
            raise DestinationError(message)
        return UploadedPart(number, len(body), f"etag-{number}", None)


def test_each_dataset_counts_its_own_numbers_and_gets_its_parts_in_order() -> None:
    sink = Sink()
    sink.gate.set()
    with PartUploads(sink.upload, range(7, 20)) as uploads:
        for body in (b"a", b"bb", b"ccc"):
            uploads.upload("messages", body)
        uploads.upload("feedback", b"dddd")
        parts = uploads.finish()

    assert {name: [(part.number, part.size) for part in made] for name, made in parts.items()} == {
        "messages": [(7, 1), (8, 2), (9, 3)],
        "feedback": [(7, 4)],
    }


def test_the_next_part_waits_until_one_has_arrived() -> None:
    sink = Sink()
    with PartUploads(sink.upload, range(1, 10)) as uploads:
        uploads.upload("messages", b"a")
        second = threading.Thread(target=uploads.upload, args=("messages", b"b"))
        second.start()
        second.join(0.05)
        waited = second.is_alive()
        sink.gate.set()
        second.join(10)
        parts = uploads.finish()

    assert waited
    assert [part.number for part in parts["messages"]] == [1, 2]


def test_a_refused_part_ends_the_work_at_the_next_part_or_at_the_end() -> None:
    sink = Sink()
    sink.gate.set()
    sink.refused = {1}

    with PartUploads(sink.upload, range(1, 10)) as uploads:
        uploads.upload("messages", b"a")
        with pytest.raises(DestinationError, match="part 1 is refused"):
            uploads.finish()


def test_numbers_that_are_used_up_are_an_error_that_says_so() -> None:
    sink = Sink()
    sink.gate.set()
    with PartUploads(sink.upload, range(5, 7)) as uploads:
        uploads.upload("messages", b"a")
        uploads.upload("messages", b"b")
        with pytest.raises(DestinationError, match="a work unit of messages has used up its 2 part numbers"):
            uploads.upload("messages", b"c")


def test_nothing_goes_on_after_an_error() -> None:
    sink = Sink()
    threads_before = threading.active_count()

    def fail() -> None:
        with PartUploads(sink.upload, range(1, 10)) as uploads:
            uploads.upload("messages", b"a")
            sink.gate.set()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert threading.active_count() == threads_before
