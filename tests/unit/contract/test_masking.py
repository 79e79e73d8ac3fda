"""What becomes of a cell: what is found in texts, by Python and by RE2 alike, and what pseudonyms are."""

from __future__ import annotations

import re
from dataclasses import replace

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract import masking
from contract.datasets import PERSONAL, TECHNICAL, text
from contract.keys import read_key
from contract.masking import RULES, Mask, Treatment, cleaned, pseudonymous_datasets, treatment_of
from contract.partition_sums import PartitionSum, version_of
from contract.sources import contract_named
from contract.sources.catia import CONTRACT, CONVERSATIONS, FEEDBACK, MESSAGES
from glue_src.arrow.masking import cleaned as cleaned_by_arrow
from tests.spanish_texts import PLANTED, messages

MASK = Mask("catia", bytes(range(32)))
USER_ID = CONVERSATIONS.column("user_id")


def by_arrow(*texts: str | None) -> list[str | None]:
    found: list[str | None] = cleaned_by_arrow(pa.array(texts, pa.string())).to_pylist()
    return found


@given(messages())
def test_what_was_planted_is_found_and_what_looks_alike_stays(message: tuple[str, str]) -> None:
    text, expected = message
    if re.search(r"\[(card|phone|document)\]", expected):
        # A number of ten digits can be a phone's or a document's: what counts is that it is gone.
        found, expected = (re.sub(r"\[(?:card|phone|document)\]", "[#]", each) for each in (cleaned(text), expected))
    else:
        found = cleaned(text)
    assert found == expected
    assert by_arrow(text) == [cleaned(text)]


@given(st.text(alphabet="0123456789 .,-+()$@aZñ\n\u00a0\ue000😀[]:'", max_size=60))
def test_engines_agree_on_any_text_and_nothing_is_left_to_find(text: str) -> None:
    once = cleaned(text)
    assert by_arrow(text, None) == [once, None]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CC 52.123.456, NIT 900.123.456-7", "CC [document], NIT [document]"),
        ("3001234567 3109876543 3201112233", "[phone] [phone] [phone]"),
        ("C.C.52123456.", "C.C.[document]."),
        ("4539 1488 0343 6467 y 4539148803436467", "[card] y [card]"),
        (
            "$1.250.000, $ 1250000, 1.250.000 pesos y US$ 2.000.000",
            "$1.250.000, $ 1250000, 1.250.000 pesos y US$ 2.000.000",
        ),
        # What the docstring says of what is and is not found.
        ("Soy Ana Muñoz, juan arroba correo", "Soy Ana Muñoz, juan arroba correo"),
        ("pasaporte AB123456, cédula 123456", "pasaporte AB123456, cédula 123456"),
        ("el 20260131 pagué 1.250.000", "el [document] pagué [document]"),
    ],
)
def test_examples(text: str, expected: str) -> None:
    assert cleaned(text) == expected
    assert by_arrow(text) == [expected]


def test_rules_are_written_in_what_all_engines_have_and_take_a_texts_length() -> None:
    for rule in RULES:
        assert re.compile(rule.pattern).groups == 2
        escapes = set(re.findall(r"\\.", rule.pattern))
        assert escapes <= {"\\.", "\\+", "\\$", "\\(", "\\)", "\\[", "\\]", "\\t", "\\r", "\\n"}
        plain = re.sub(r"\[[^\]]+\]", "c", re.sub(r"\\.", "x", rule.pattern))
        # No looking around, and no repetition that is possessive or lazy.
        assert not re.search(r"\(\?[^:]|[*+?}][+?]", plain)
        # Without a bound only one class is repeated, once before a number and once after it; each place of a text is in
        # one such repetition, and what else is tried from it is of bounded length. No group fills Java's stack.
        assert not re.search(r"\)[*+]|\)\{[0-9]+,\}|\{[0-9]+,\}", plain)
        assert len(re.findall(r"[*+]", plain)) <= 3
        assert "\\" not in rule.marker
        assert "$" not in rule.marker


def test_a_person_has_one_pseudonym_in_all_tables_of_a_source() -> None:
    made = {MASK.cell(dataset.column("user_id"), "ana") for dataset in (CONVERSATIONS, MESSAGES, FEEDBACK)}
    assert made == {MASK.pseudonym(USER_ID, "ana")}
    others = (
        MASK.pseudonym(USER_ID, "ana "),
        Mask("tickets", MASK.key).pseudonym(USER_ID, "ana"),
        Mask("catia", bytes(32)).pseudonym(USER_ID, "ana"),
        MASK.pseudonym(replace(USER_ID, name="other"), "ana"),
    )
    assert len({*made, *others}) == 1 + len(others)
    assert all(re.fullmatch("[0-9a-f]{64}", str(each)) for each in made)


def test_each_class_has_its_treatment() -> None:
    found = {column.name: treatment_of(column) for dataset in CONTRACT.datasets[:2] for column in dataset.columns}
    assert found["user_id"] is Treatment.PSEUDONYM
    assert (found["text"], found["comment"]) == (Treatment.CLEANED, Treatment.CLEANED)
    assert treatment_of(CONVERSATIONS.column("nombre")) is Treatment.REMOVED
    assert treatment_of(CONVERSATIONS.column("ciudad")) is Treatment.KEPT
    assert MASK.cell(CONVERSATIONS.column("nombre"), "Ana") is None
    assert MASK.cell(CONVERSATIONS.column("message_count"), 3) == 3
    assert MASK.cell(USER_ID, None) is None


def test_everything_but_rejected_items_is_there_with_the_same_columns() -> None:
    for contract in (CONTRACT, contract_named("tickets")):
        found = {dataset.name: dataset.column_names for dataset in pseudonymous_datasets(contract)}
        assert found == {each.name: each.column_names for each in contract.datasets if each.name != "rejected"}


def test_sums_change_with_the_rows_and_do_not_tell_them() -> None:
    sums = {"a": PartitionSum(1, 7), "b": PartitionSum(1, 7)}
    masked = MASK.sums(MESSAGES, sums)
    assert {name: one.rows for name, one in masked.items()} == {"a": 1, "b": 1}
    assert len({7, masked["a"].hashes, masked["b"].hashes}) == 3
    assert masked == MASK.sums(MESSAGES, sums)
    assert masked["a"] != MASK.sums(MESSAGES, {"a": PartitionSum(1, 8)})["a"]
    assert masked["a"] != Mask("catia", bytes(32)).sums(MESSAGES, sums)["a"]


def test_the_version_changes_with_key_rules_and_classes(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = MASK.version(version_of(CONVERSATIONS), CONVERSATIONS)
    columns = tuple(
        replace(each, data_class=PERSONAL) if each.name == "ciudad" else each for each in CONVERSATIONS.columns
    )
    assert MASK.version(version_of(CONVERSATIONS), replace(CONVERSATIONS, columns=columns)) != usual
    assert Mask("catia", bytes(32)).version(version_of(CONVERSATIONS), CONVERSATIONS) != usual
    monkeypatch.setattr(masking, "MASK_VERSION", "another")
    assert MASK.version(version_of(CONVERSATIONS), CONVERSATIONS) != usual
    assert treatment_of(text(1, "x", TECHNICAL, "")) is Treatment.KEPT


def test_a_mask_does_not_show_its_key() -> None:
    said = f"{MASK!r} {MASK.key_id} {MASK.version('v', MESSAGES)}"
    assert MASK.key.hex()[:8] not in said
    assert repr(MASK.key) not in said


@pytest.mark.parametrize("text", ["", "ab", "0" * 63, "0" * 65, "G" * 64, "A" * 64, "0" * 64 + "\n"])
def test_what_is_no_key_is_none(text: str) -> None:
    assert read_key(text) is None
    assert read_key("0f" * 32) == bytes.fromhex("0f" * 32)


def test_markers_are_those_of_the_planted() -> None:
    assert {rule.marker for rule in RULES if rule.marker.startswith("[")} == set(PLANTED)
