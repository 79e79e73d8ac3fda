"""What becomes of Java's errors: the right one of ours, and nothing of what a record holds."""

from __future__ import annotations

from typing import cast

import pytest
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from glue_src.exceptions import (
    CurationError,
    MalformedDataError,
    SuspectCsvError,
    TableRefusedError,
    TableUnexpectedError,
)
from glue_src.spark.csv import SUSPECT
from glue_src.spark.errors import translated
from glue_src.spark.iceberg import IcebergTable

RAISED = f"java.lang.RuntimeException: {SUSPECT}"
PLAN = f"Project [CASE WHEN contains(text#1, char(92)) THEN raise_error({SUSPECT}, NullType)]"
CAUSE = "Caused by: a.b.AccessDeniedException: User may not glue:GetTable (Service: Glue, Status Code: 400)"
DENIED = f"An error occurred\n{PLAN}\n{CAUSE}\n\tat a.b.AccessDeniedException$BuilderImpl.build(A.java:98)\n\tat c.D"
FORESEEN_BY_NOBODY = "java.io.IOException: u0 said A.java"
GONE = "[PATH_NOT_FOUND] Path does not exist: s3://b/messages.csv of u0"


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        (RAISED, SuspectCsvError, "messages.csv"),
        (f"{RAISED}\n{PLAN}", SuspectCsvError, "messages.csv"),
        (GONE, MalformedDataError, r"\[vanished\]"),
        (
            FORESEEN_BY_NOBODY,
            TableUnexpectedError,
            r"messages: .*PySparkException in .*; of java.io.IOException; its message",
        ),
        (DENIED, TableRefusedError, f"messages: .*{CAUSE[:50]}"),
    ],
)
def test_an_error_is_told_by_its_cause(text: str, kind: type[CurationError], words: str) -> None:
    table = IcebergTable(cast("SparkSession", None), "lake", "messages")
    with pytest.raises(kind, match=words) as caught, translated(table, 5, "messages.csv"):
        raise PySparkException(text)
    assert "u0" not in str(caught.value)
    assert "A.java" not in str(caught.value)
