"""Names of what runs measure: the programs send them, alarms and the dashboard read them."""

from __future__ import annotations

from typing import Final

#: The one dimension of all of them; its value is the environment's name.
ENVIRONMENT_DIMENSION: Final = "environment"


class RunMetric:
    """What a published run of ETL-1 says of itself, once."""

    RUN_SUCCEEDED: Final = "RunSucceeded"
    ITEMS_SCANNED: Final = "ItemsScanned"
    CONVERSATIONS: Final = "Conversations"
    MESSAGES: Final = "Messages"
    FEEDBACK: Final = "Feedback"
    REGISTERS: Final = "Registers"
    EXCLUDED: Final = "Excluded"
    REJECTED: Final = "Rejected"
    CONSUMED_READ_CAPACITY: Final = "ConsumedReadCapacity"
    THROTTLED_REQUESTS: Final = "ThrottledRequests"
    RETRIED_REQUESTS: Final = "RetriedRequests"
    DURATION_SECONDS: Final = "DurationSeconds"


class CurationMetric:
    """What a run of ETL-2 says of itself, once, whether all its days went well or not."""

    #: How many checks failed, 0 where all is well.
    FAILED_DATA_CHECKS: Final = "FailedDataChecks"
    #: How many days readers see anew, 0 where there was nothing to do.
    PUBLISHED_DAYS: Final = "PublishedDays"
    #: Without the start of a job's workers.
    DURATION_SECONDS: Final = "DurationSeconds"
