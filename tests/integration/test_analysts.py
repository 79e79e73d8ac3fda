"""The deployed policies of people, enforced: who has one of them and nothing else reads what it may, and no more."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import boto3
import pytest
from botocore.exceptions import ClientError

from contract.layout import first_metadata_root, quarantine_root, table_prefix
from contract.masking import pseudonymous_datasets
from contract.serving import views_of
from envs.local import LOCAL
from envs.naming import state_key
from envs.schema import EVERYDAY, FULL, OPERATORS
from glue_src.arrow.catalog import lake_catalog
from tests.integration.conftest import Run
from tests.integration.evidence import forgetting
from tools.local.aws_environment import CREDENTIALS, REGION
from tools.local.workspace import Workspace

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import ObjectIdentifierTypeDef

NAMES, ETL, CONTRACT = LOCAL.names, LOCAL.etl, LOCAL.contract
POLICIES: Final = {FULL: NAMES.full_policy, EVERYDAY: NAMES.everyday_policy}
VIEWS: Final = tuple(view.name for view in views_of(CONTRACT))
PSEUDONYMOUS: Final = pseudonymous_datasets(CONTRACT)
ANALYTICS: Final = CONTRACT.tables_of_analysts
#: By group: the databases that it may read, with the tables in them.
READABLE: Final = {
    EVERYDAY: {NAMES.pseudonymous_database: PSEUDONYMOUS},
    FULL: {NAMES.pseudonymous_database: PSEUDONYMOUS, ETL.catalog.database_name: ANALYTICS},
}
#: By group: below what its objects lie.
PREFIXES: Final = {
    EVERYDAY: (first_metadata_root(), ETL.pseudonymous_prefix, ETL.results_prefix(EVERYDAY)),
    FULL: (
        *(first_metadata_root(), ETL.pseudonymous_prefix, ETL.results_prefix(FULL)),
        *(table_prefix(ETL.curated_prefix, table) for table in ANALYTICS),
    ),
}
#: What a night may not have left.
PLANTED: Final = (
    *(f"{ETL.results_prefix(group)}x.csv" for group in (EVERYDAY, FULL, OPERATORS)),
    f"{ETL.athena_results_prefix}from-before.csv",
    *(quarantine_root(prefix) + "x.json" for prefix in (ETL.curated_prefix, ETL.restricted_prefix)),
    *(f"{prefix}rejected/data/x.parquet" for prefix in (ETL.curated_prefix, ETL.restricted_prefix)),
    f"{ETL.pseudonymous_prefix}messages/data/x.parquet",
)


@dataclass(frozen=True)
class Analyst:
    """Somebody who has one group's policy."""

    group: str
    session: boto3.Session
    endpoint: str

    def client(self, service: str) -> Any:
        made: Any = self.session.client(service, endpoint_url=self.endpoint)  # type: ignore[call-overload]
        return made


def account() -> boto3.Session:
    return boto3.Session(
        aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        region_name=REGION,
    )


@contextmanager
def analyst(workspace: Workspace, group: str) -> Iterator[Analyst]:
    """Give a new role the deployed policy, as an account does, while the block lasts."""
    endpoint, name = workspace.emulator.endpoint_url(), f"somebody-{group}"
    root = account()
    trusted = {"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}}]}
    with closing(root.client("iam", endpoint_url=endpoint)) as iam, forgetting(workspace, name):
        (policy,) = (
            each["Arn"]
            for each in iam.list_policies(Scope="Local")["Policies"]
            if each["PolicyName"] == POLICIES[group]
        )
        role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trusted))["Role"]["Arn"]
        iam.attach_role_policy(RoleName=name, PolicyArn=policy)
        try:
            given = workspace.clients().sts.assume_role(RoleArn=role, RoleSessionName="analyst")["Credentials"]
            session = boto3.Session(
                aws_access_key_id=given["AccessKeyId"],
                aws_secret_access_key=given["SecretAccessKey"],
                aws_session_token=given["SessionToken"],
                region_name=REGION,
            )
            yield Analyst(group, session, endpoint)
        finally:
            iam.detach_role_policy(RoleName=name, PolicyArn=policy)
            iam.delete_role(RoleName=name)


@pytest.fixture(scope="module")
def analysts(first_run: Run) -> Iterator[Mapping[str, Analyst]]:
    """One of each group, when a night has been published and every kind of object is there."""
    workspace = first_run.pipeline.workspace
    s3, bucket = workspace.clients().s3, NAMES.reports_bucket
    planted: list[ObjectIdentifierTypeDef] = [
        {"Key": key, "VersionId": s3.put_object(Bucket=bucket, Key=key, Body=b"x")["VersionId"]} for key in PLANTED
    ]
    try:
        with analyst(workspace, EVERYDAY) as everyday, analyst(workspace, FULL) as full:
            yield {EVERYDAY: everyday, FULL: full}
    finally:
        s3.delete_objects(Bucket=bucket, Delete={"Objects": planted})


def is_refused(call: Callable[..., Any], **said: Any) -> bool:
    """Whether a call is refused for want of a right; any other error is one."""
    try:
        call(**said)
    except ClientError as error:
        if error.response["Error"].get("Code") in {"403", "AccessDenied", "AccessDeniedException"}:
            return True
        raise
    return False


@pytest.mark.parametrize("group", READABLE)
def test_of_all_objects_a_group_reads_its_own(first_run: Run, analysts: Mapping[str, Analyst], group: str) -> None:
    bucket, state = NAMES.reports_bucket, NAMES.state_bucket
    pages = first_run.pipeline.workspace.clients().s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
    keys = {entry["Key"] for page in pages for entry in page.get("Contents", [])}
    with closing(analysts[group].client("s3")) as s3:
        read = {key for key in keys if not is_refused(s3.head_object, Bucket=bucket, Key=key)}
        for stack in (NAMES.normalize_stack, NAMES.etl_stack):
            assert is_refused(s3.head_object, Bucket=state, Key=state_key(stack))
    assert read == {key for key in keys if key.startswith(PREFIXES[group])}
    assert read >= {key for key in PLANTED if key.startswith(PREFIXES[group])}
    assert any(key.startswith(ETL.clean_prefix) for key in keys), "nothing was there to be refused"


@pytest.mark.parametrize("group", READABLE)
def test_of_all_tables_a_group_reads_its_own(first_run: Run, analysts: Mapping[str, Analyst], group: str) -> None:
    catalog = first_run.pipeline.workspace.clients().glue
    found = {
        (database["Name"], table["Name"])
        for database in catalog.get_databases()["DatabaseList"]
        for table in catalog.get_tables(DatabaseName=database["Name"])["TableList"]
    }
    wanted = {
        (database, name)
        for database, tables in READABLE[group].items()
        for name in (*(table.name for table in tables), *VIEWS)
    }
    with closing(analysts[group].client("glue")) as glue:
        read = {
            (database, name)
            for database, name in found
            if not is_refused(glue.get_table, DatabaseName=database, Name=name)
        }
        for database in {database for database, _ in found}:
            refused = is_refused(glue.get_tables, DatabaseName=database)
            assert refused is (database not in READABLE[group])
    assert read == wanted < found


@pytest.mark.parametrize("group", READABLE)
def test_every_readable_table_is_read_with_these_rights_alone(
    first_run: Run, analysts: Mapping[str, Analyst], group: str
) -> None:
    """By an engine of its own, from the catalog's entry to the last file, and at an earlier snapshot."""
    rows = {}
    with closing(analysts[group].client("glue")) as glue, closing(analysts[group].client("s3")) as s3:
        for database, tables in READABLE[group].items():
            for dataset in tables:
                table = lake_catalog(glue, s3, database).table(dataset.name)
                rows[database, dataset.name] = table.scan().to_arrow().num_rows
                for snapshot in table.snapshots():
                    table.scan(snapshot_id=snapshot.snapshot_id).to_arrow()
    if group == FULL:
        assert rows[ETL.catalog.database_name, "conversations"] == len(first_run.rows("conversations")) > 0


@pytest.mark.parametrize("group", READABLE)
def test_a_group_asks_in_its_own_workgroup_and_hears_no_others_answers(
    analysts: Mapping[str, Analyst], group: str
) -> None:
    workgroups = LOCAL.workgroups
    root = account()
    with closing(root.client("athena", endpoint_url=analysts[group].endpoint)) as everybodys:
        asked = {
            name: everybodys.start_query_execution(QueryString="SELECT 1", WorkGroup=workgroup)["QueryExecutionId"]
            for name, workgroup in workgroups.items()
        }
    with closing(analysts[group].client("athena")) as athena:
        for name, workgroup in workgroups.items():
            refused = {
                is_refused(athena.start_query_execution, QueryString="SELECT 1", WorkGroup=workgroup),
                is_refused(athena.get_query_execution, QueryExecutionId=asked[name]),
                *(
                    is_refused(call, WorkGroup=workgroup)
                    for call in (athena.list_query_executions, athena.list_named_queries, athena.get_work_group)
                ),
            }
            assert refused == {name != group}, name
            if name != group:
                assert is_refused(athena.get_query_results, QueryExecutionId=asked[name])
        answer = _answer(athena, asked[group])
    assert answer == "1"


def _answer(athena: Any, query: str) -> str:
    """Return the answer of a query of one cell."""
    for _ in range(50):
        if athena.get_query_execution(QueryExecutionId=query)["QueryExecution"]["Status"]["State"] == "SUCCEEDED":
            break
        time.sleep(0.1)
    *_, row = athena.get_query_results(QueryExecutionId=query)["ResultSet"]["Rows"]
    return str(row["Data"][0]["VarCharValue"])


@pytest.mark.parametrize("group", READABLE)
def test_a_group_gets_no_key_and_changes_nothing(analysts: Mapping[str, Analyst], group: str) -> None:
    ssm, s3, glue, iam, dynamodb = (analysts[group].client(name) for name in ("ssm", "s3", "glue", "iam", "dynamodb"))
    where = {"Bucket": NAMES.reports_bucket, "Key": f"{ETL.pseudonymous_prefix}messages/data/x.parquet"}
    policy = f"arn:aws:iam::000000000000:policy/{POLICIES[group]}"
    refused = [
        *(is_refused(ssm.get_parameter, Name=name) for name in (NAMES.pseudonym_key, NAMES.tombstone_key)),
        is_refused(s3.put_object, **where, Body=b""),
        is_refused(s3.delete_object, **where),
        is_refused(s3.list_objects_v2, Bucket=NAMES.reports_bucket),
        is_refused(glue.update_table, DatabaseName=NAMES.pseudonymous_database, TableInput={"Name": "messages"}),
        is_refused(iam.create_policy_version, PolicyArn=policy, PolicyDocument="{}", SetAsDefault=True),
        is_refused(dynamodb.scan, TableName=LOCAL.normalize.dynamo_table_name),
    ]
    assert refused == [True] * len(refused)
