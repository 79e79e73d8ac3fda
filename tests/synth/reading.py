"""What people try who have one policy, the everyday analysts' or the full one, and what their work needs."""

from __future__ import annotations

from typing import Final

from tests.synth.attacks import BUCKET, FIRST_METADATA, GLUE, ID, KEY, PROGRAM, SOURCE, STATE, Call

PSEUDONYMOUS, ANALYTICS = "cat_prod_pseudonymous_db", "cat_prod_analytics_db"
PSEUDONYMOUS_ZONE, CURATED, RESTRICTED = (
    f"{BUCKET}/reports/etl-process2{suffix}/" for suffix in ("-pseudonymous", "", "-restricted")
)
ATHENA: Final = f"arn:aws:athena:us-east-1:{ID}:"
EVERYDAY_GROUP, FULL_GROUP, OPERATORS, PRIMARY = (
    f"{ATHENA}workgroup/{name}"
    for name in ("wg-cat-prod-everyday", "wg-cat-prod-analytics", "wg-cat-prod-operators", "primary")
)
PARAMETERS: Final = f"arn:aws:ssm:us-east-1:{ID}:parameter/cat/prod/"
THROUGH_S3: Final = {"kms:viaservice": "s3.us-east-1.amazonaws.com"}

#: All that Athena's guides and the services' references name for SELECT, SHOW and the console: docs/aws-facts.md.
_IN_THE_WORKGROUP: Final = (
    *("BatchGetNamedQuery", "BatchGetQueryExecution", "GetNamedQuery", "GetQueryExecution", "GetQueryResults"),
    *("GetQueryResultsStream", "GetQueryRuntimeStatistics", "GetWorkGroup", "ListNamedQueries"),
    *("ListQueryExecutions", "StartQueryExecution", "StopQueryExecution"),
)
_IN_THE_CATALOG: Final = ("GetDataCatalog", "GetDatabase", "GetTableMetadata", "ListDatabases", "ListTableMetadata")


def querying(workgroup: str, database: str, zone: str, results: str, tables: tuple[str, ...]) -> list[Call]:
    """All that a query of these tables or views takes, and what the console asks on the way."""
    parents = (f"{GLUE}catalog", f"{GLUE}database/{database}")
    return [
        *(Call(f"athena:{action}", workgroup) for action in _IN_THE_WORKGROUP),
        *(Call(f"athena:{action}", f"{ATHENA}datacatalog/AwsDataCatalog") for action in _IN_THE_CATALOG),
        *(Call(f"athena:{action}", "*") for action in ("ListDataCatalogs", "ListEngineVersions", "ListWorkGroups")),
        *(Call("glue:GetDatabase", arn) for arn in (*parents, f"{GLUE}database/default")),
        *(Call("glue:GetTables", arn) for arn in (*parents, f"{GLUE}table/{database}/*")),
        *(
            Call(f"glue:{action}", arn)
            for action in ("GetTable", "GetPartitions", "GetPartition", "BatchGetPartition")
            for arn in (*parents, *(f"{GLUE}table/{database}/{table}" for table in tables))
        ),
        *(
            Call("s3:GetObject", f"{zone}messages/{key}")
            for key in ("metadata/00007-x.metadata.json", "metadata/snap-1.avro", "data/x.parquet")
        ),
        Call("s3:GetObject", FIRST_METADATA),
        Call("s3:ListBucket", BUCKET, {"s3:prefix": f"{zone.removeprefix(f'{BUCKET}/')}messages/data/"}),
        Call("s3:GetBucketLocation", BUCKET),
        *(
            Call(f"s3:{action}", f"{BUCKET}/{results}x.csv")
            for action in ("PutObject", "GetObject", "AbortMultipartUpload", "ListMultipartUploadParts")
        ),
        Call("s3:ListBucket", BUCKET, {"s3:prefix": results}),
        Call("s3:ListBucketMultipartUploads", BUCKET),
    ]


_VIEWS: Final = ("dashboard_usuarios", "feedback_in_context")
_TABLES: Final = ("conversations", "messages", "feedback", *_VIEWS)
_EVERYDAYS: Final = (PSEUDONYMOUS, PSEUDONYMOUS_ZONE)
EVERYDAY_MAY: Final = querying(EVERYDAY_GROUP, *_EVERYDAYS, "athena/results/everyday/", _TABLES)
FULL_MAY: Final = [
    *querying(FULL_GROUP, ANALYTICS, CURATED, "athena/results/full/", (*_TABLES, "runs", "data_quality")),
    *querying(FULL_GROUP, *_EVERYDAYS, "athena/results/full/", _TABLES),
]
#: With a key of the environment's own.
WITH_KEY: Final = [Call(f"kms:{action}", KEY, THROUGH_S3) for action in ("Decrypt", "GenerateDataKey")]


def reading(*objects: str) -> list[Call]:
    """Each way to an object's content."""
    return [Call(f"s3:{action}", key) for key in objects for action in ("GetObject", "GetObjectVersion")]


def in_workgroup(*workgroups: str) -> list[Call]:
    """Asking in a workgroup, and reading what others asked and were answered there."""
    actions = ("StartQueryExecution", "GetQueryExecution", "GetQueryResults", "ListQueryExecutions")
    return [Call(f"athena:{action}", workgroup) for workgroup in workgroups for action in actions]


def listing(*prefixes: str) -> list[Call]:
    return [Call("s3:ListBucket", BUCKET, {"s3:prefix": prefix}) for prefix in prefixes]


#: Refused to both: what is the operators', the programs', the account's, and everything that changes something.
NOBODY_MAY: Final = {
    "rejected items": [
        *reading(f"{RESTRICTED}rejected/data/x.parquet", f"{RESTRICTED}rejected/metadata/00001-x.metadata.json"),
        # Where an environment has them from before they lay apart.
        *reading(f"{CURATED}rejected/data/x.parquet", f"{CURATED}_quarantine/run.json"),
        *(Call(f"glue:{action}", f"{GLUE}table/{ANALYTICS}/rejected") for action in ("GetTable", "GetPartitions")),
    ],
    "quarantine": reading(f"{RESTRICTED}_quarantine/run.json"),
    "clean CSV": reading(f"{BUCKET}/reports/etl-process1/messages/dt=2026-01-01/messages-x.csv"),
    "programs": reading(PROGRAM, f"{BUCKET}/artifacts/schemas/x.json"),
    "state": reading(STATE),
    "the source": [Call(f"dynamodb:{action}", SOURCE) for action in ("Scan", "Query", "GetItem")],
    "keys": [
        *(
            Call(f"ssm:{action}", f"{PARAMETERS}{name}")
            for action in ("GetParameter", "GetParameters", "GetParameterHistory")
            for name in ("pseudonym-key", "tombstone-key")
        ),
        Call("ssm:GetParametersByPath", PARAMETERS.rstrip("/")),
        # With the parameter's own context, and not by way of S3.
        Call("kms:Decrypt", KEY, {"kms:encryptioncontext:parameter_arn": f"{PARAMETERS}pseudonym-key"}),
        Call("kms:Decrypt", KEY, {"kms:viaservice": "ssm.us-east-1.amazonaws.com"}),
    ],
    "operators' answers": [*in_workgroup(OPERATORS, PRIMARY), *reading(f"{BUCKET}/athena/results/operators/x.csv")],
    "answers from before there were groups": reading(f"{BUCKET}/athena/results/x.csv"),
    "names of all objects": listing("", "reports/", "reports/etl-process1/", "artifacts/", "athena/results/"),
    "changes": [
        *(
            Call(f"glue:{action}", f"{GLUE}table/{database}/messages")
            for action in ("CreateTable", "UpdateTable", "DeleteTable")
            for database in (PSEUDONYMOUS, ANALYTICS)
        ),
        *(
            Call(f"s3:{action}", f"{zone}messages/data/x.parquet")
            for action in ("PutObject", "DeleteObject")
            for zone in (PSEUDONYMOUS_ZONE, CURATED)
        ),
        *(
            Call(f"athena:{action}", group)
            for action in ("UpdateWorkGroup", "DeleteWorkGroup", "CreateNamedQuery")
            for group in (EVERYDAY_GROUP, FULL_GROUP)
        ),
        Call("s3:PutObject", "arn:aws:s3:::somebodys-bucket/x"),
        Call("s3:DeleteObject", f"{BUCKET}/athena/results/everyday/x.csv"),
    ],
    "rights": [
        *(
            Call(f"iam:{action}", f"arn:aws:iam::{ID}:policy/cat-prod-analysts-everyday")
            for action in ("CreatePolicyVersion", "SetDefaultPolicyVersion")
        ),
        Call("sts:AssumeRole", f"arn:aws:iam::{ID}:role/cat-prod-etl2-job"),
        Call("lakeformation:GetDataAccess", "*"),
    ],
}
EVERYDAY_MAY_NOT: Final = {
    **NOBODY_MAY,
    "full tables' files": reading(f"{CURATED}messages/data/x.parquet", f"{CURATED}runs/data/x.parquet"),
    # A snapshot is reached by its metadata file, whatever the catalog says now.
    "full tables' snapshots": reading(
        f"{CURATED}messages/metadata/00003-x.metadata.json", f"{CURATED}messages/metadata/snap-3.avro"
    ),
    "full tables' entries": [
        Call(f"glue:{action}", f"{GLUE}table/{ANALYTICS}/{name}")
        for action in ("GetTable", "GetPartitions", "GetTables", "GetTableVersions")
        for name in ("messages", "dashboard_usuarios", "*")
    ],
    "full tables' database": [Call("glue:GetDatabase", f"{GLUE}database/{ANALYTICS}")],
    "full analysts' answers": [*in_workgroup(FULL_GROUP), *reading(f"{BUCKET}/athena/results/full/x.csv")],
    "names of full tables' objects": listing("reports/etl-process2/", "reports/etl-process2/messages/"),
}
FULL_MAY_NOT: Final = {
    **NOBODY_MAY,
    "everyday analysts' answers": [
        *in_workgroup(EVERYDAY_GROUP),
        *reading(f"{BUCKET}/athena/results/everyday/x.csv"),
    ],
}
