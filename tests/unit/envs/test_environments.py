from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest

from envs.local import LOCAL
from envs.prod import PROD
from envs.schema import Environment
from envs.test import TEST
from envs.validation import validated

SHIPPED = [TEST, PROD, LOCAL]


def expected(env: str, **changes: dict[str, Any]) -> dict[str, Any]:
    """What every environment has in common, with the groups of settings that differ."""
    # All logs of an environment are kept for the same time.
    log_retention = changes["lambda_"]["log_retention"]
    return {
        "normalize": {
            "s3_bucket_name": f"cat-{env}-normalize-reports",
            "dynamo_table_name": f"cat-{env}-catia-conversations-table",
            "lambda_": {
                "name": f"cat-{env}-lambda-normalize",
                "python_version": "3.12",
                "platform": "manylinux_2_28_x86_64",
                **changes["lambda_"],
            },
            "schedule": changes["schedule"],
            "source_key_arn": None,
            "lifecycle": {
                "enabled": True,
                "noncurrent_version_expiration": 30,
                "abort_incomplete_multipart_upload": 1,
                "athena_results_expiration": 7,
                "clean_expiration": 7,
            },
            "extract": {
                "engine": "lambda",
                "time_zone": "America/Bogota",
                "scan_segments": None,
                "max_read_capacity_units": None,
                "exclusion_rules": changes.get("extract", {}).get("exclusion_rules", ()),
                "glue": {
                    "number_of_workers": 5,
                    "worker_type": "G.1X",
                    "version": "5.1",
                    "timeout": 240,
                    "log_retention": log_retention,
                },
            },
        },
        "etl": {
            "data_bucket_name": f"cat-{env}-normalize-reports",
            "catalog": {"database_name": f"cat_{env}_analytics_db", "crawler": {"run": "on_demand"}},
            "athena": {"work_group_name": f"wg-cat-{env}-analytics", **changes["athena"]},
            "glue": {
                "version": "5.1",
                "timeout": 60,
                "log_retention": log_retention,
                "event_batch_size": 10,
                "event_batch_window": 60,
                **changes["glue"],
            },
            "transform": {
                "engine": "spark",
                "max_rejected_ratio": changes.get("transform", {}).get("max_rejected_ratio", 0.05),
                "max_removed_ratio": 0.2,
                "arrow": {
                    "timeout": 900,
                    "memory_size": 3538,
                    "ephemeral_storage": 2048,
                    "python_version": "3.12",
                    "platform": "manylinux_2_28_x86_64",
                    **changes["arrow"],
                },
            },
            "curated": {"history_days": 30},
            "clean_prefix": "reports/etl-process1/",
            "curated_prefix": "reports/etl-process2/",
            "pseudonymous_prefix": "reports/etl-process2-pseudonymous/",
            "restricted_prefix": "reports/etl-process2-restricted/",
            "athena_results_prefix": "athena/results/",
        },
        "alarms": {"freshness_hours": 26, "run_time_share": 0.8},
        "alerts": {"monthly_budget_usd": None, "chat": False},
        "privacy": {"pseudonymous_tables": env != "test", "rejected_days": 30, "max_days_after_removal": 65},
        "report": {"language": "en"},
        "encryption": {"customer_managed_key": False, "deletion_window": 30},
        "pipeline": {"repository": None, "creates_identity_provider": True},
        "project": {"project_id": "P2124", "client": "CAT", "project": "CAT-NORMALIZE"},
        "provider": {"region": "us-east-1", "allowed_account_ids": (), "custom_endpoint": False},
        "notification_emails": (),
        "tags": {},
        "name": env,
        "contract_name": "catia",
        "is_local": env == "local",
        **changes.get("guard", {"deletion_guarded": False, "empty_on_destroy": True}),
    }


@pytest.mark.parametrize("environment", SHIPPED, ids=lambda environment: environment.name)
def test_valid(environment: Environment) -> None:
    assert validated(environment) is environment


def test_test_runs_by_hand_with_small_sizes() -> None:
    assert asdict(TEST) == expected(
        "test",
        lambda_={"timeout": 300, "memory_size": 1024, "log_retention": 14},
        schedule={"enabled": False, "cron_expression": None, "time_zone": "UTC"},
        athena={"bytes_scanned_cutoff": 2**30},
        glue={"number_of_workers": 2, "worker_type": "G.1X"},
        arrow={"log_retention": 14},
    )


def test_prod_runs_daily_with_its_data_guarded() -> None:
    assert asdict(PROD) == expected(
        "prod",
        lambda_={"timeout": 900, "memory_size": 2048, "log_retention": 90},
        schedule={"enabled": True, "cron_expression": "cron(30 4 * * ? *)", "time_zone": "UTC"},
        athena={"bytes_scanned_cutoff": 100 * 2**30},
        glue={"number_of_workers": 4, "worker_type": "G.2X", "timeout": 120},
        arrow={"log_retention": 90},
        guard={"deletion_guarded": True, "empty_on_destroy": False},
    )


def test_local_has_the_layers_of_the_interpreter_at_hand() -> None:
    assert asdict(LOCAL) == expected(
        "local",
        lambda_={"timeout": 300, "memory_size": 1024, "log_retention": 1, "platform": None},
        schedule={"enabled": False, "cron_expression": None, "time_zone": "UTC"},
        extract={
            "exclusion_rules": (
                {
                    "name": "automated-checks",
                    "attribute": "user_id",
                    "operator": "starts_with",
                    "values": ("monitor-",),
                },
            )
        },
        athena={"bytes_scanned_cutoff": 2**30},
        glue={"number_of_workers": 2, "worker_type": "G.1X"},
        transform={"max_rejected_ratio": 0.25},
        arrow={
            "timeout": 300,
            "memory_size": 1024,
            "ephemeral_storage": 512,
            "log_retention": 1,
            "platform": None,
        },
    )


def test_environments_share_no_physical_name() -> None:
    names = [
        {environment.normalize.s3_bucket_name, environment.normalize.dynamo_table_name, environment.names.state_bucket}
        for environment in SHIPPED
    ]
    assert len(set().union(*names)) == 9


def test_deletion_is_guarded_unless_a_file_says_otherwise() -> None:
    unsaid = Environment(name="x", normalize=TEST.normalize, etl=TEST.etl)
    assert unsaid.deletion_guarded is True
    assert unsaid.empty_on_destroy is False
