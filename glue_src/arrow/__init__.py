"""ETL-2's engine for one process, such as a Lambda function: pyarrow and PyIceberg.

A CSV is read in chunks; rows of changed partitions wait on disk, each partition's apart. Then each partition is loaded,
sorted and written as one Parquet file, and PyIceberg commits one snapshot a table. So memory depends on the largest
partition, not on the CSV.
"""
