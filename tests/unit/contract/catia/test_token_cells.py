from __future__ import annotations

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec import MsgspecError

from contract import cells
from lambda_src.fast_readers.catia.token_cells import token_cell
from lambda_src.fast_readers.protocol import SlowPathError
from tests.csv_texts import TEXTS

#: Texts of what token_cell tells apart, at their ends too.
TELLING = st.text(st.sampled_from('\\"\n\r\t,a/ñ😀\0'), max_size=6)


@given(text=TEXTS | TELLING, ascii_only=st.booleans())
@example(text="\\", ascii_only=False)
@example(text='\\"', ascii_only=False)
def test_a_token_becomes_the_cell_of_its_text(*, text: str, ascii_only: bool) -> None:
    token = json.dumps(text, ensure_ascii=ascii_only).encode()

    assert token_cell(token) == cells.cell(text).encode()


@pytest.mark.parametrize(
    ("token", "cell"),
    [
        (rb'"Ana"', b"Ana"),
        (rb'""', b'""'),
        (rb'"a,b"', b'"a,b"'),
        (rb'"uno\ndos\r"', rb"uno\ndos\r"),
        (rb'"uno\n,dos"', rb'"uno\n,dos"'),
        (rb'"\"s\u00ed\""', '"""sí"""'.encode()),
        (rb'"dijo \"no\"\n"', rb'"dijo ""no""\n"'),
        (rb'"C:\\nueva"', rb"C:\\nueva"),
        (rb'"fin\\"', rb"fin\\"),
        (rb'"\/"', b"/"),
        (rb'"\u000a\u0000\u0022\u005c"', rb'"\n\0""\\"'),
    ],
)
def test_cells_of_tokens(token: bytes, cell: bytes) -> None:
    assert token_cell(token) == cell


@pytest.mark.parametrize("value", ["null", "true", "5", "-1.5", "{}", '{"S":"x"}', "[]", '["x"]'])
def test_what_is_no_string_is_unusual(value: str) -> None:
    with pytest.raises(SlowPathError):
        token_cell(value.encode())


def test_lone_surrogates_are_no_text() -> None:
    with pytest.raises(MsgspecError):
        token_cell(rb'"a\ud800b"')
