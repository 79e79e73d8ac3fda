from __future__ import annotations

import pickle
from collections import Counter

from contract.partition_sums import PartitionSum
from contract.runs import ItemCounts
from lambda_src.tally import RunningSums, Tally


def tally() -> Tally:
    return Tally(
        accepted=Counter({"conversations": 1, "feedback": 2, "registers": 3}),
        excluded=Counter({"unused": 0, "monitors": 4}),
        rejected=Counter({"wrong_type": 5, "invalid_pk": 6}),
        sums={
            "messages": RunningSums({"2026-01": [7, 2**64 - 1]}),
            "conversations": RunningSums({"2026-01": [1, 5]}),
            "feedback": RunningSums(),
        },
    )


def test_a_tally_starts_at_nothing() -> None:
    assert Tally() == Tally(Counter(), Counter(), Counter(), {})
    assert Tally().rows == {}
    assert Tally().partitions("messages") == {}


def test_tallies_are_added_name_by_name() -> None:
    total = Tally(sums={"messages": RunningSums({"2025-12": [2, 3]})}, excluded=Counter({"unused": 0, "old": 1}))
    total.add(tally())
    total.add(tally())

    assert total.accepted == {"conversations": 2, "feedback": 4, "registers": 6}
    assert total.rejected == {"wrong_type": 10, "invalid_pk": 12}
    assert total.rows == {"messages": 16, "conversations": 2}
    assert total.partitions("messages") == {
        "2025-12": PartitionSum(2, 3),
        "2026-01": PartitionSum(14, (2 * (2**64 - 1)) % 2**64),
    }
    assert total.partitions("feedback") == {}
    assert dict(total.excluded) == {"unused": 0, "old": 1, "monitors": 8}


def test_adding_leaves_the_other_as_it_was() -> None:
    other = tally()
    total = Tally()
    total.add(other)
    total.add(other)

    assert other == tally()


def test_the_counts_of_a_run_show_rules_that_took_nothing() -> None:
    counts = tally().item_counts(scanned=21)

    assert counts == ItemCounts(
        scanned=21,
        accepted={"conversations": 1, "feedback": 2, "registers": 3},
        excluded={"unused": 0, "monitors": 4},
        rejected={"invalid_pk": 6, "wrong_type": 5},
    )
    assert list(counts.rejected) == ["invalid_pk", "wrong_type"]
    assert counts.unaccounted == 0


def test_a_tally_passes_between_processes() -> None:
    assert pickle.loads(pickle.dumps(tally())) == tally()
