from __future__ import annotations

from contract.serving import named_queries_over
from contract.sources.catia import CONTRACT
from tests.synth.synthesized import ACCOUNT, ROOT, Stack

#: Those of analysts with full rights; everyday ones', and the operators': tests/synth/test_analysts.py.
NAMED_QUERIES = named_queries_over(CONTRACT, CONTRACT.tables_of_analysts)

CUTOFFS = {"test": 2**30, "prod": 100 * 2**30, "local": 2**30}


def test_workgroup(etl: Stack) -> None:
    assert etl["aws_athena_workgroup.analytics"] == {
        "name": f"wg-cat-{etl.env}-analytics",
        "description": "CatIA's conversations: queries over the curated tables",
        "force_destroy": etl.env != "prod",
        "configuration": {
            "enforce_workgroup_configuration": True,
            "publish_cloudwatch_metrics_enabled": True,
            "bytes_scanned_cutoff_per_query": CUTOFFS[etl.env],
            "engine_version": {"selected_engine_version": "Athena engine version 3"},
            "result_configuration": {
                "output_location": "s3://${data.aws_s3_bucket.reports.bucket}/athena/results/full/",
                "expected_bucket_owner": ACCOUNT,
                "encryption_configuration": {"encryption_option": "SSE_S3"},
            },
        },
        "tags": {"ETLComponent": "ETL-2", "ETLStage": "TRANSFORM-LOAD", "ResourceType": "ANALYTICS"},
    }


def test_named_queries(etl: Stack) -> None:
    queries = etl.of_type("aws_athena_named_query")
    others = {name for name in queries if name.startswith(("everyday_", "operators_"))}
    assert {query.name for query in NAMED_QUERIES} == set(queries) - others
    for query in NAMED_QUERIES:
        assert queries[query.name] == {
            "name": query.name,
            "description": query.description,
            "workgroup": "${aws_athena_workgroup.analytics.name}",
            "database": "${aws_glue_catalog_database.analytics.name}",
            "query": query.sql,
        }


def test_named_queries_are_the_files(etl: Stack) -> None:
    queries = etl.of_type("aws_athena_named_query")
    folders = ("contract/sql/named_queries", "contract/sources/catia/sql/named_queries")
    files = {file.stem: file for folder in folders for file in (ROOT / folder).iterdir()}
    assert {query["name"] for query in queries.values()} == set(files)
    by_name = {query["name"]: query for query in queries.values()}
    for name, file in files.items():
        first_line, _, sql = file.read_text(encoding="utf-8").partition("\n")
        assert by_name[name]["description"] == first_line.removeprefix("-- ")
        if "{" not in sql:  # a template otherwise: tests/sql/test_serving.py
            assert by_name[name]["query"] == sql.strip()


def values(stack: Stack) -> dict[str, str]:
    return {name: output["value"] for name, output in stack.document["output"].items()}


def test_normalize_outputs(normalize: Stack) -> None:
    scheduled = normalize.env == "prod"
    assert values(normalize) == {
        "bucket_name": "${aws_s3_bucket.reports.bucket}",
        "bucket_arn": "${aws_s3_bucket.reports.arn}",
        "function_name": "${aws_lambda_function.normalize.function_name}",
        "function_arn": "${aws_lambda_function.normalize.arn}",
        "log_group_name": "${aws_cloudwatch_log_group.normalize.name}",
        "source_table_name": f"cat-{normalize.env}-catia-conversations-table",
        "schedule_status": "ENABLED cron(30 4 * * ? *) UTC" if scheduled else "DISABLED: run ETL-1 by hand",
        "alerts_topic_arn": "${aws_sns_topic.alerts.arn}",
        "state": f"s3://cat-{normalize.env}-terraform-state/{normalize.name}/terraform.tfstate",
    }


def test_normalize_outputs_with_the_glue_engine(prod_normalize: Stack, glue_normalize: Stack) -> None:
    with_function, with_job = values(prod_normalize), values(glue_normalize)
    for name in ("function_name", "function_arn", "log_group_name"):
        del with_function[name]
    assert with_job == {
        **with_function,
        "job_name": "${aws_glue_job.normalize.name}",
        "log_group_name": "/aws-glue/jobs/cat-prod-normalize-spark/output",
    }


def for_people(etl: Stack) -> dict[str, str]:
    groups = ["full"] if etl.env == "test" else ["everyday", "full"]
    policies = {
        f"{group}_policy_{attribute}": f"${{aws_iam_policy.{group}.{attribute}}}"
        for group in groups
        for attribute in ("name", "arn")
    }
    if etl.env == "test":
        return policies
    return {
        **policies,
        "everyday_workgroup_name": "${aws_athena_workgroup.everyday.name}",
        "pseudonymous_database_name": "${aws_glue_catalog_database.pseudonymous.name}",
    }


def test_etl_outputs(etl: Stack) -> None:
    assert values(etl) == {
        "job_name": "${aws_glue_job.parquet.name}",
        "crawler_name": "${aws_glue_crawler.curated.name}",
        "workflow_name": "${aws_glue_workflow.etl.name}",
        "arrival_rule_name": "${aws_cloudwatch_event_rule.run_arrived.name}",
        "dead_letters_url": "${aws_sqs_queue.dead_letters.url}",
        "database_name": "${aws_glue_catalog_database.analytics.name}",
        "workgroup_name": "${aws_athena_workgroup.analytics.name}",
        **for_people(etl),
        "dashboard_name": "${aws_cloudwatch_dashboard.platform.dashboard_name}",
        "curated_location": "s3://${data.aws_s3_bucket.reports.bucket}/reports/etl-process2/",
        "state": f"s3://cat-{etl.env}-terraform-state/{etl.name}/terraform.tfstate",
    }


def test_etl_outputs_with_the_arrow_engine(prod_etl: Stack, arrow_etl: Stack) -> None:
    with_job = values(prod_etl)
    for name in ("job_name", "workflow_name"):
        del with_job[name]
    assert values(arrow_etl) == {
        **with_job,
        "function_name": "${aws_lambda_function.parquet.function_name}",
        "function_arn": "${aws_lambda_function.parquet.arn}",
        "log_group_name": "${aws_cloudwatch_log_group.parquet.name}",
    }


def test_every_output_is_described(stack: Stack) -> None:
    for name, output in stack.document["output"].items():
        assert set(output) == {"value", "description"}, name
        assert len(output["description"]) >= 15, f"{name}: {output['description']!r} says too little"
