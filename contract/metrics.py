"""Names of what runs measure: the programs send them, alarms and the dashboard read them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Final

from contract.datasets import Dataset
from contract.source import ContractError, SourceContract

#: The one dimension of all of them; its value is the environment's name.
ENVIRONMENT_DIMENSION: Final = "environment"


class RunMetric:
    """What a published run of ETL-1 says of itself, once, beside what it counts (:func:`count_metrics`)."""

    RUN_SUCCEEDED: Final = "RunSucceeded"
    ITEMS_SCANNED: Final = "ItemsScanned"
    EXCLUDED: Final = "Excluded"
    TOMBSTONED: Final = "Tombstoned"
    REJECTED: Final = "Rejected"
    CONSUMED_READ_CAPACITY: Final = "ConsumedReadCapacity"
    THROTTLED_REQUESTS: Final = "ThrottledRequests"
    RETRIED_REQUESTS: Final = "RetriedRequests"
    DURATION_SECONDS: Final = "DurationSeconds"


class CurationMetric:
    """What a run of ETL-2 says of itself, once, whether it went well or not."""

    #: How many checks failed, 0 where all is well.
    FAILED_DATA_CHECKS: Final = "FailedDataChecks"
    #: 1 if a run of ETL-1 was recorded, also one that changed nothing: the tables are as new as it is. 0 otherwise.
    RECORDED_RUNS: Final = "RecordedRuns"
    #: Partitions that were replaced, added or removed, of all tables; 0 on a night that changed nothing.
    REWRITTEN_PARTITIONS: Final = "RewrittenPartitions"
    #: Bytes of the data files that were added.
    BYTES_WRITTEN: Final = "BytesWritten"
    #: Without the start of a job's workers.
    DURATION_SECONDS: Final = "DurationSeconds"


def count_metrics(contract: SourceContract) -> Mapping[str, str]:
    """Return the metrics of what a contract's runs count: by the kind whose items, or the dataset whose rows they are.

    Kinds come first, in the contract's order; datasets only where they are no kind's, and without REJECTED, whose rows
    are the rejected items.

    Raises:
        ContractError: two metrics would have the same name.
    """
    names = [*contract.kind_names, *(part.name for part in contract.parts)]
    metrics = [_camel_case(name) for name in names]
    taken = Counter([*metrics, *(value for name, value in vars(RunMetric).items() if name.isupper())])
    twice = [name for name, metric in zip(names, metrics, strict=True) if taken[metric] > 1]
    if twice:
        message = f"contract {contract.name!r}: {', '.join(twice)}: a metric would have another's name; choose another"
        raise ContractError(message)
    return dict(zip(names, metrics, strict=True))


def rows_metric(contract: SourceContract, dataset: Dataset) -> str:
    """Return the metric of a dataset's rows: that of the kind whose dataset it is, if any.

    Raises:
        KeyError: it is REJECTED, or none of the contract's.
    """
    kinds = {kind.dataset.name: kind.name for kind in contract.kinds if kind.dataset}
    return count_metrics(contract)[kinds.get(dataset.name, dataset.name)]


def _camel_case(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))
