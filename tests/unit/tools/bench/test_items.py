from __future__ import annotations

from contract.items.outcomes import Excluded, Outcome
from contract.sources.catia.outcomes import Conversation, Feedback, Register
from lambda_src.exclusions import parse_rules
from tests.catia_items import normalize
from tools.bench.contenders.ours import RULES
from tools.bench.items import Kind, Sample, generate
from tools.bench.pages import item_bytes

MOST_ITEM_BYTES = 400 * 1024


def kind_of(outcome: Outcome) -> Kind:
    kinds = {
        Conversation: Kind.CONVERSATION,
        Feedback: Kind.FEEDBACK,
        Register: Kind.REGISTER,
        Excluded: Kind.EXCLUDED,
    }
    return kinds.get(type(outcome), Kind.REJECTED)


def test_the_generator_knows_what_becomes_of_every_item() -> None:
    rules = parse_rules(RULES)
    for sample in generate(3_000):
        outcome = normalize(sample.item, rules)
        messages = outcome.messages if isinstance(outcome, Conversation) else ()

        assert (kind_of(outcome), len(messages)) == (sample.kind, sample.messages)


def test_the_same_seed_gives_the_same_items_and_another_does_not() -> None:
    assert list(generate(50)) == list(generate(50)) != list(generate(50, seed=2))


def test_clean_items_have_one_type_per_attribute_and_no_faults() -> None:
    samples: list[Sample] = list(generate(1_000, clean=True))
    types = {(name, *value) for sample in samples for name, value in sample.item.items()}

    assert len(types) == len({name for name, _ in types})
    assert all(sample.kind is not Kind.REJECTED for sample in samples)


def test_items_are_of_the_sizes_that_the_source_has() -> None:
    sizes = [item_bytes(sample.item) for sample in generate(3_000)]

    assert max(sizes) > 300_000
    assert max(sizes) <= MOST_ITEM_BYTES
    assert 1_500 < sum(sizes) / len(sizes) < 3_000


def test_keys_are_unique() -> None:
    keys = {(sample.item["PK"]["S"], sample.item["SK"]["S"]) for sample in generate(3_000)}

    assert len(keys) == 3_000
