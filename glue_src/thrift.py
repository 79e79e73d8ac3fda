"""Thrift's compact protocol, as far as the footers of Parquet files use it.

https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, TypeAlias

#: Fields by their ids, each with its type's code. A list is the code of its elements with these.
Struct: TypeAlias = dict[int, tuple[int, Any]]

_STOP: Final = 0
_TRUE: Final = 1
_FALSE: Final = 2
_BYTE: Final = 3
_INTEGERS: Final = (4, 5, 6)
_DOUBLE: Final = 7
_DOUBLE_BYTES: Final = 8
_BINARY: Final = 8
_LIST: Final = 9
#: The code of structs, for lists of them.
STRUCT: Final = 12
#: A list of so many elements or more has their number behind its header, a field that is so far away its id.
_FAR: Final = 15


def read_struct(content: bytes) -> Struct:
    """Return the struct that ``content`` begins with."""
    return _Reader(content).struct()


def write_struct(struct: Struct) -> bytes:
    """Return a struct as bytes."""
    written = bytearray()
    _write_struct(written, struct)
    return bytes(written)


@dataclass
class _Reader:
    content: bytes
    place: int = 0

    def struct(self) -> Struct:
        fields: Struct = {}
        number = 0
        while (header := self._byte()) != _STOP:
            distance, code = header >> 4, header & 0xF
            number = number + distance if distance else self._integer()
            fields[number] = (code, code == _TRUE if code in (_TRUE, _FALSE) else self._value(code))
        return fields

    def _value(self, code: int) -> Any:
        if code in _INTEGERS:
            return self._integer()
        if code == _BINARY:
            return self._bytes(self._unsigned())
        if code == _LIST:
            return self._list()
        if code == STRUCT:
            return self.struct()
        if code == _DOUBLE:
            return self._bytes(_DOUBLE_BYTES)
        if code in (_BYTE, _TRUE, _FALSE):  # an element of a list of booleans is a byte
            return self._byte()
        message = f"type {code} of Thrift is in no footer of a Parquet file"
        raise ValueError(message)

    def _list(self) -> tuple[int, list[Any]]:
        header = self._byte()
        size, code = header >> 4, header & 0xF
        if size == _FAR:
            size = self._unsigned()
        return code, [self._value(code) for _ in range(size)]

    def _byte(self) -> int:
        self.place += 1
        return self.content[self.place - 1]

    def _bytes(self, length: int) -> bytes:
        self.place += length
        return self.content[self.place - length : self.place]

    def _unsigned(self) -> int:
        # Most of a footer is numbers: a call for each of their bytes would be half of the time.
        content, place = self.content, self.place
        value = shift = 0
        while (byte := content[place]) & 0x80:
            value |= (byte & 0x7F) << shift
            shift += 7
            place += 1
        self.place = place + 1
        return value | byte << shift

    def _integer(self) -> int:
        zigzag = self._unsigned()
        return zigzag >> 1 ^ -(zigzag & 1)


def _write_struct(written: bytearray, struct: Struct) -> None:
    before = 0
    for number, (code, value) in sorted(struct.items()):
        if 0 < number - before <= _FAR:
            written.append((number - before) << 4 | code)
        else:
            written.append(code)
            _write_integer(written, number)
        if code not in (_TRUE, _FALSE):
            _write_value(written, code, value)
        before = number
    written.append(_STOP)


def _write_value(written: bytearray, code: int, value: Any) -> None:
    if code in _INTEGERS:
        _write_integer(written, value)
    elif code == _BINARY:
        _write_unsigned(written, len(value))
        written += value
    elif code == _LIST:
        _write_list(written, *value)
    elif code == STRUCT:
        _write_struct(written, value)
    elif code == _DOUBLE:
        written += value
    else:
        written.append(value)


def _write_list(written: bytearray, code: int, values: list[Any]) -> None:
    written.append(min(len(values), _FAR) << 4 | code)
    if len(values) >= _FAR:
        _write_unsigned(written, len(values))
    for value in values:
        _write_value(written, code, value)


def _write_integer(written: bytearray, value: int) -> None:
    _write_unsigned(written, value << 1 if value >= 0 else -value * 2 - 1)


def _write_unsigned(written: bytearray, value: int) -> None:
    while value > 0x7F:  # noqa: PLR2004 - seven bits to a byte
        written.append(value & 0x7F | 0x80)
        value >>= 7
    written.append(value)
