"""ETL-2 on Spark: the Glue job."""
