"""What the checks want to know of a run, counted in what was staged: in the very files that readers would get.

Only narrow columns are read back, and those of messages, by far the most rows, once: grouped by conversation they tell
of nulls, of keys and of what belongs to what.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pyspark.sql import functions as F  # noqa: N812 - the name that every Spark program gives it

from glue_src.engine import RelationFacts, TableFacts

if TYPE_CHECKING:
    from pyspark.sql import Column as Expression
    from pyspark.sql import DataFrame

    from modules.contract.datasets import Dataset

_CONVERSATION: Final = ("user_id", "conversation_id")


def table_facts(staged: DataFrame, dataset: Dataset) -> TableFacts:
    """Return a staged dataset's facts: one query, over its not-null and key columns only, which are the narrow ones."""
    required = [column.name for column in dataset.columns if not column.nullable]
    counts = [F.count(F.lit(1)), *(F.count(F.col(name)) for name in required)]
    # A struct is never null, so that keys with nulls in them are told apart too.
    keys = F.count_distinct(F.struct(*dataset.key)) if dataset.key else F.count(F.lit(1))
    rows, distinct, *present = staged.agg(counts[0], keys, *counts[1:]).collect()[0]
    nulls = {name: rows - count for name, count in zip(required, present, strict=True) if count != rows}
    return TableFacts(rows=rows, nulls=nulls, duplicate_keys=rows - distinct)


def grouped_messages(messages: DataFrame) -> DataFrame:
    """Return a row for each conversation that staged messages name, with how many ``messages`` it has.

    How many of these are ``unplaced`` it says too, and how many different ``places`` they have: null is one of them.
    Of 64 positions each, the seen ones are bits of a number: so a group takes the place of a conversation's rows.
    """
    block = F.expr("shiftright(position, 6)").alias("block")
    seen = F.expr("bit_or(shiftleft(CAST(1 AS BIGINT), CAST(position & 63 AS INT)))").alias("seen")
    blocks = messages.groupBy(*_CONVERSATION, block).agg(F.count(F.lit(1)).alias("messages"), seen)
    return blocks.groupBy(*_CONVERSATION).agg(
        F.sum("messages").alias("messages"),
        F.sum(F.when(F.col("block").isNull(), F.col("messages")).otherwise(0)).alias("unplaced"),
        F.sum(F.expr("coalesce(bit_count(seen), 1)")).alias("places"),
    )


def message_facts(groups: DataFrame) -> TableFacts:
    """Return what :func:`table_facts` would of the messages of which these are the groups."""
    without = [_total(F.when(F.col(name).isNull(), F.col("messages"))) for name in _CONVERSATION]
    totals = groups.agg(_total(F.col("messages")), _total(F.col("places")), *without, _total(F.col("unplaced")))
    rows, places, *nulls = totals.collect()[0]
    counted = zip((*_CONVERSATION, "position"), nulls, strict=True)
    return TableFacts(rows, {name: count for name, count in counted if count}, rows - places)


def relation_facts(conversations: DataFrame, groups: DataFrame, feedback: DataFrame) -> RelationFacts:
    """Return what is found between a run's staged datasets, of the messages their groups: two queries, over keys."""
    promised = conversations.select(*_CONVERSATION, "message_count").withColumn("is_there", F.lit(True))  # noqa: FBT003
    both = promised.join(groups.select(*_CONVERSATION, "messages"), list(_CONVERSATION), "full_outer")
    number = F.coalesce(F.col("messages"), F.lit(0))
    orphans = F.when(F.col("is_there").isNull(), number)
    miscounted = F.when(F.col("is_there") & (number != F.col("message_count")), 1)
    counts = both.agg(_total(orphans), _total(miscounted)).collect()[0]
    strangers = feedback.join(conversations.select("user_id").distinct(), "user_id", "left_anti").count()
    return RelationFacts(counts[0], counts[1], strangers)


def _total(counts: Expression) -> Expression:
    return F.coalesce(F.sum(counts), F.lit(0))
