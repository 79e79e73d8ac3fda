"""ETL-2 beside its peers: a day's CSV to sorted Parquet, and what readers of that Parquet have to fetch."""
