"""Messages of HTTP/1.1, as far as somebody between two programs has to know them."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from io import BufferedReader
from typing import Final, cast

from contract.units import MIB

CHUNK: Final = MIB
_HEAD_ENDS: Final = (b"\r\n", b"\n", b"")


@dataclass(frozen=True)
class Head:
    """The first line of a message, in three words, and its headers by their names in small letters."""

    words: tuple[str, str, str]
    headers: dict[str, str]

    @classmethod
    def read(cls, stream: BufferedReader) -> Head | None:
        """Read a head, or return None where the other side has closed."""
        line = stream.readline()
        if not line:
            return None
        headers = {}
        while (header := stream.readline()) not in _HEAD_ENDS:
            name, _, value = header.decode("latin-1").partition(":")
            headers[name.strip().lower()] = value.strip()
        first, second, *third = line.decode("latin-1").rstrip("\r\n").split(" ", 2)
        return cls((first, second, third[0] if third else ""), headers)

    def encoded(self) -> bytes:
        """Return the head as it is sent."""
        lines = [" ".join(self.words).rstrip(), *(f"{name}: {value}" for name, value in self.headers.items())]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def reader_of(of: socket.socket) -> BufferedReader:
    """Return a buffered reader of what a connection receives."""
    return cast("BufferedReader", of.makefile("rb", CHUNK))


def copy_body(source: BufferedReader, target: socket.socket, head: Head) -> int:
    """Pass a message's body on, and return its bytes."""
    if "chunked" not in head.headers.get("transfer-encoding", ""):
        return _copy(source, target, int(head.headers.get("content-length", "0")))
    total = 0
    while True:
        line = source.readline()
        size = int(line.partition(b";")[0], 16)
        target.sendall(line)
        total += size
        _copy(source, target, size)
        target.sendall(source.readline())
        if size == 0:
            return total


def _copy(source: BufferedReader, target: socket.socket, size: int) -> int:
    left = size
    while left:
        piece = source.read1(min(left, CHUNK))
        if not piece:
            raise ConnectionError
        target.sendall(piece)
        left -= len(piece)
    return size
