"""Remainders of work units, joined into parts that S3 takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lambda_src.work_units import LEAST_PART_BYTES, PART_BYTES


def joined(header: bytes, remainders: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the first parts of a file: its header and all remainders, in parts of PART_BYTES or more.

    The last may have fewer bytes than S3's least part only if no work unit has uploaded a part
    (lambda_src.work_units): then it is the file's last part too, which may be small. Otherwise what is too small joins
    the part before.
    """
    waiting: bytes | None = None
    gathered = [header]
    for remainder in remainders:
        gathered.append(remainder)
        if sum(map(len, gathered)) >= PART_BYTES:
            if waiting is not None:
                yield waiting
            waiting, gathered = b"".join(gathered), []
    last = b"".join(gathered)
    if waiting is None:
        yield last
    elif len(last) < LEAST_PART_BYTES:
        yield waiting + last
    else:
        yield waiting
        yield last
