"""What goes with a resource that a plan destroys or replaces, in words: most of a plan's readers know no addresses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from tools.ci.changes import Action, Change

#: By the type in Terraform's addresses; of what holds nothing, nothing is said.
_GOES: Final = {
    "aws_s3_bucket": "every table's files, all clean days, and the answers to queries",
    "aws_glue_catalog_database": "the entries of all its tables and views; the tables' files stay",
    "aws_glue_catalog_table": "the entry that says which files are the table's current state; its files stay",
    "aws_kms_key": "whatever is encrypted with it, once its window has passed",
    "aws_sqs_queue": "the undelivered messages in it",
    "aws_cloudwatch_log_group": "the log of all earlier runs",
    "aws_athena_workgroup": "its history and its named queries",
    "aws_sns_topic": "its subscriptions: everybody has to confirm anew",
}
_DONE: Final = {Action.DESTROY: "destroyed", Action.REPLACE: "replaced by a new, empty one"}


def losses(changes: Iterable[Change]) -> Iterator[str]:
    """Yield a sentence for each change that takes data with it. A view's entry is a program, and no data."""
    for change in changes:
        kind = change.address.partition(".")[0]
        if change.action in _DONE and kind in _GOES and (change.guarded or kind != "aws_glue_catalog_table"):
            yield f"`{change.address}` is {_DONE[change.action]}. With it goes {_GOES[kind]}."
