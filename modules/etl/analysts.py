"""The managed policies by which people read tables: one for everyday analysts, one for those with full rights.

Athena reads a table, also through a view, with the rights of who asks: so a policy names the files, and a group that
may not see people has tables of its own (docs/adr/0048). Who gets a policy is the account's to say (docs/security.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from contract.datasets import Dataset
from contract.layout import first_metadata_root, table_prefix
from contract.serving import views_over
from envs.schema import EVERYDAY, FULL, Environment
from modules.account import Account
from modules.encryption import OwnKey
from modules.etl.catalog import CatalogProps, database_arns
from modules.policies import Statement, policy
from modules.tags import ETL, ResourceType
from modules.terraform import Construct, DataAwsS3Bucket, IamPolicy

#: Athena's own name of the account's Glue catalog, as a resource.
_DATA_CATALOG = "datacatalog/AwsDataCatalog"
#: Athena looks for this database, whichever is asked for.
_DEFAULT_DATABASE = "default"
#: Every table of a database.
_ALL = ("*",)


def tables_of_analysts(catalog: CatalogProps) -> list[Dataset]:
    """Return a catalog's tables but for those that are for operators."""
    return [table for table in catalog.tables if not table.is_restricted]


@dataclass(frozen=True, kw_only=True)
class AnalystsProps:
    """What the policies are about: the catalogs that each group may read, and the key that encrypts, if any."""

    environment: Environment
    account: Account
    bucket: DataAwsS3Bucket
    catalogs: Mapping[str, Sequence[CatalogProps]]
    key: OwnKey | None


class Analysts(Construct):
    """The policies; ``policies`` are the resources by group."""

    def __init__(self, scope: Construct, construct_id: str, props: AnalystsProps) -> None:
        super().__init__(scope, construct_id)
        self._props = props
        self._names = {FULL: props.environment.names.full_policy, EVERYDAY: props.environment.names.everyday_policy}
        self.policies = {group: self._policy(group, catalogs) for group, catalogs in props.catalogs.items()}

    def _policy(self, group: str, catalogs: Sequence[CatalogProps]) -> IamPolicy:
        props = self._props
        statements = [
            *self._to_query(props.environment.workgroups[group]),
            *self._to_find([catalog.database_name for catalog in catalogs]),
            *self._to_read(catalogs),
            *self._to_keep_results(props.environment.etl.results_prefix(group)),
            *([props.key.use_through("s3")] if props.key else []),
        ]
        return IamPolicy(
            self,
            f"aws_iam_policy.{group}",
            name=self._names[group],
            # IAM cannot change it: another text would be another policy, which nobody has been given.
            description=f"Lets {group} analysts query the CAT platform's tables in {props.environment.name}",
            policy=policy(*statements),
            tags=ETL.tags(ResourceType.SECURITY),
        )

    def _to_query(self, workgroup: str) -> list[Statement]:
        account = self._props.account
        return [
            Statement(
                sid="Query",
                actions=[
                    *("athena:BatchGetNamedQuery", "athena:GetNamedQuery", "athena:ListNamedQueries"),
                    *("athena:BatchGetQueryExecution", "athena:GetQueryExecution", "athena:ListQueryExecutions"),
                    *("athena:GetQueryResults", "athena:GetQueryResultsStream", "athena:GetQueryRuntimeStatistics"),
                    *("athena:GetWorkGroup", "athena:StartQueryExecution", "athena:StopQueryExecution"),
                ],
                resources=[account.arn("athena", f"workgroup/{workgroup}")],
            ),
            Statement(
                sid="Browse",
                actions=[
                    *("athena:GetDataCatalog", "athena:GetDatabase", "athena:GetTableMetadata"),
                    *("athena:ListDatabases", "athena:ListTableMetadata"),
                ],
                resources=[account.arn("athena", _DATA_CATALOG)],
            ),
            # Names only, which the console shows to choose from. IAM knows no resource for these.
            Statement(
                sid="Choose",
                actions=["athena:ListDataCatalogs", "athena:ListEngineVersions", "athena:ListWorkGroups"],
                resources=["*"],
            ),
        ]

    def _to_find(self, databases: Sequence[str]) -> list[Statement]:
        account = self._props.account
        found = (arn for name in (_DEFAULT_DATABASE, *databases) for arn in database_arns(account, name))
        listed = (arn for name in databases for arn in _arns(account, name, _ALL))
        return [
            Statement(sid="FindDatabases", actions=["glue:GetDatabase", "glue:GetDatabases"], resources=_unique(found)),
            # Glue may refuse a list for one table that is not allowed: so the list has all, and says nothing of rows.
            Statement(sid="ListTables", actions=["glue:GetTables"], resources=_unique(listed)),
        ]

    def _to_read(self, catalogs: Sequence[CatalogProps]) -> list[Statement]:
        account, bucket = self._props.account, self._props.bucket.arn
        tables = (arn for each in catalogs for arn in _arns(account, each.database_name, _names(each)))
        prefixes = [prefix for each in catalogs for prefix in _prefixes(each)]
        return [
            Statement(
                sid="ReadTables",
                actions=["glue:BatchGetPartition", "glue:GetPartition", "glue:GetPartitions", "glue:GetTable"],
                resources=_unique(tables),
            ),
            # What engines read before a table's first commit tells columns and no rows.
            Statement(
                sid="ReadFiles",
                actions=["s3:GetObject"],
                resources=[f"{bucket}/{prefix}*" for prefix in (*prefixes, first_metadata_root())],
            ),
            _list_below("ListFiles", bucket, prefixes),
        ]

    def _to_keep_results(self, prefix: str) -> list[Statement]:
        bucket = self._props.bucket.arn
        return [
            Statement(
                sid="KeepResults",
                actions=["s3:AbortMultipartUpload", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:PutObject"],
                resources=[f"{bucket}/{prefix}*"],
            ),
            _list_below("ListResults", bucket, [prefix]),
            # Names of the bucket's open uploads, too: no condition narrows that.
            Statement(
                sid="FindResults",
                actions=["s3:GetBucketLocation", "s3:ListBucketMultipartUploads"],
                resources=[bucket],
            ),
        ]


def _arns(account: Account, database: str, names: Iterable[str]) -> list[str]:
    """Return the ARNs that Glue checks for work on tables and views of these names."""
    return [*database_arns(account, database), *(account.arn("glue", f"table/{database}/{name}") for name in names)]


def _names(catalog: CatalogProps) -> Sequence[str]:
    """Return the tables and views: all where there is nothing for operators among them."""
    tables = tables_of_analysts(catalog)
    if catalog.pseudonymous:
        return _ALL
    return [*(table.name for table in tables), *(view.name for view in views_over(catalog.contract, tables))]


def _prefixes(catalog: CatalogProps) -> list[str]:
    if catalog.pseudonymous:
        return [catalog.curated_prefix]
    return [table_prefix(catalog.curated_prefix, table) for table in tables_of_analysts(catalog)]


def _list_below(sid: str, bucket: str, prefixes: Iterable[str]) -> Statement:
    return Statement(
        sid=sid,
        actions=["s3:ListBucket"],
        resources=[bucket],
        conditions={"StringLike": {"s3:prefix": [f"{prefix}*" for prefix in prefixes]}},
    )


def _unique(arns: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(arns))
