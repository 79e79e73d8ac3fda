"""The bucket of clean zone, tables and Athena results: private, versioned, encrypted, TLS only."""

from __future__ import annotations

from dataclasses import dataclass

from contract.datasets import REJECTED
from contract.layout import clean_folder, quarantine_root
from envs.schema import LifecycleSettings
from modules.encryption import OwnKey
from modules.policies import policy, tls_only
from modules.tags import NORMALIZE, ResourceType
from modules.terraform import (
    Construct,
    S3Bucket,
    S3BucketLifecycleConfiguration,
    S3BucketLifecycleConfigurationRule,
    S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload,
    S3BucketLifecycleConfigurationRuleExpiration,
    S3BucketLifecycleConfigurationRuleFilter,
    S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration,
    S3BucketNotification,
    S3BucketOwnershipControls,
    S3BucketOwnershipControlsRule,
    S3BucketPolicy,
    S3BucketPublicAccessBlock,
    S3BucketServerSideEncryptionConfigurationA,
    S3BucketServerSideEncryptionConfigurationRuleA,
    S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA,
    S3BucketVersioningA,
    S3BucketVersioningVersioningConfiguration,
    TerraformResourceLifecycle,
)


@dataclass(frozen=True, kw_only=True)
class ReportsBucketProps:
    """What the bucket needs: name, prefixes of its zones, lifecycle, how its data is guarded, the key, if any."""

    name: str
    clean_prefix: str
    restricted_prefix: str
    athena_results_prefix: str
    lifecycle: LifecycleSettings
    rejected_days: int
    deletion_guarded: bool
    empty_on_destroy: bool
    key: OwnKey | None


class ReportsBucket(Construct):
    """The bucket with all its settings; ``bucket`` is the resource."""

    def __init__(self, scope: Construct, construct_id: str, props: ReportsBucketProps) -> None:
        super().__init__(scope, construct_id)
        self._props = props
        self.bucket = S3Bucket(
            self,
            "aws_s3_bucket.reports",
            bucket=props.name,
            force_destroy=props.empty_on_destroy,
            lifecycle=TerraformResourceLifecycle(prevent_destroy=props.deletion_guarded),
            tags=NORMALIZE.tags(ResourceType.STORAGE),
        )
        versioning = self._keep_versions()
        self._encrypt()
        self._refuse_strangers()
        self._announce_arrivals()
        if props.lifecycle.enabled:
            self._expire(versioning)

    def _keep_versions(self) -> S3BucketVersioningA:
        return S3BucketVersioningA(
            self,
            "aws_s3_bucket_versioning.reports",
            bucket=self.bucket.id,
            versioning_configuration=S3BucketVersioningVersioningConfiguration(status="Enabled"),
        )

    def _encrypt(self) -> None:
        key = self._props.key
        by_default = S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA(
            sse_algorithm="aws:kms" if key else "AES256", kms_master_key_id=key.arn if key else None
        )
        S3BucketServerSideEncryptionConfigurationA(
            self,
            "aws_s3_bucket_server_side_encryption_configuration.reports",
            bucket=self.bucket.id,
            rule=[
                S3BucketServerSideEncryptionConfigurationRuleA(
                    apply_server_side_encryption_by_default=by_default, bucket_key_enabled=True
                )
            ],
        )

    def _refuse_strangers(self) -> None:
        S3BucketOwnershipControls(
            self,
            "aws_s3_bucket_ownership_controls.reports",
            bucket=self.bucket.id,
            rule=S3BucketOwnershipControlsRule(object_ownership="BucketOwnerEnforced"),
        )
        public_access = S3BucketPublicAccessBlock(
            self,
            "aws_s3_bucket_public_access_block.reports",
            bucket=self.bucket.id,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
        )
        S3BucketPolicy(
            self,
            "aws_s3_bucket_policy.reports",
            bucket=self.bucket.id,
            policy=policy(tls_only(self.bucket.arn)),
            # S3 refuses to change both at once.
            depends_on=[public_access],
        )

    def _announce_arrivals(self) -> None:
        S3BucketNotification(self, "aws_s3_bucket_notification.reports", bucket=self.bucket.id, eventbridge=True)

    def _expire(self, versioning: S3BucketVersioningA) -> None:
        S3BucketLifecycleConfiguration(
            self,
            "aws_s3_bucket_lifecycle_configuration.reports",
            bucket=self.bucket.id,
            rule=self._lifecycle_rules(),
            depends_on=[versioning],
        )

    def _lifecycle_rules(self) -> list[S3BucketLifecycleConfigurationRule]:
        props, days = self._props, self._props.lifecycle
        everything = S3BucketLifecycleConfigurationRuleFilter(prefix="")
        return [
            _rule(
                "noncurrent-versions",
                everything,
                noncurrent_version_expiration=[
                    S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration(
                        noncurrent_days=days.noncurrent_version_expiration
                    )
                ],
                expiration=[S3BucketLifecycleConfigurationRuleExpiration(expired_object_delete_marker=True)],
            ),
            _rule(
                "aborted-uploads",
                everything,
                abort_incomplete_multipart_upload=[
                    S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload(
                        days_after_initiation=days.abort_incomplete_multipart_upload
                    )
                ],
            ),
            _rule(
                "athena-results",
                S3BucketLifecycleConfigurationRuleFilter(prefix=props.athena_results_prefix),
                expiration=[S3BucketLifecycleConfigurationRuleExpiration(days=days.athena_results_expiration)],
            ),
            # No rule takes a table's files: what no snapshot names, ETL-2 deletes.
            _rule(
                "clean-zone",
                S3BucketLifecycleConfigurationRuleFilter(prefix=props.clean_prefix),
                expiration=[S3BucketLifecycleConfigurationRuleExpiration(days=days.clean_expiration)],
            ),
            # Where two rules fit an object, S3 takes the one that deletes sooner.
            _rule(
                "clean-rejected",
                S3BucketLifecycleConfigurationRuleFilter(prefix=clean_folder(props.clean_prefix, REJECTED)),
                expiration=[
                    S3BucketLifecycleConfigurationRuleExpiration(days=min(days.clean_expiration, props.rejected_days))
                ],
            ),
            # As long as the run that it keeps from being tried again, which was there first.
            _rule(
                "quarantine",
                S3BucketLifecycleConfigurationRuleFilter(prefix=quarantine_root(props.restricted_prefix)),
                expiration=[S3BucketLifecycleConfigurationRuleExpiration(days=days.clean_expiration)],
            ),
        ]


def _rule(
    name: str,
    applies_to: S3BucketLifecycleConfigurationRuleFilter,
    *,
    noncurrent_version_expiration: list[S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration] | None = None,
    abort_incomplete_multipart_upload: list[S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload]
    | None = None,
    expiration: list[S3BucketLifecycleConfigurationRuleExpiration] | None = None,
) -> S3BucketLifecycleConfigurationRule:
    return S3BucketLifecycleConfigurationRule(
        id=name,
        status="Enabled",
        filter=[applies_to],
        noncurrent_version_expiration=noncurrent_version_expiration,
        abort_incomplete_multipart_upload=abort_incomplete_multipart_upload,
        expiration=expiration,
    )
