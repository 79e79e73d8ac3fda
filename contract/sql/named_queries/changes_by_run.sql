-- What each run of the last 30 days changed: rows, partitions and bytes, newest first; tables left as they were have none.
SELECT
    business_day,
    run_id,
    dataset,
    rows_before,
    rows_now,
    partitions_rewritten,
    partitions_gone,
    bytes_written,
    seconds
FROM runs
WHERE committed_at >= CAST(date_add('day', -30, current_date) AS timestamp(6))
    AND (partitions_rewritten > 0 OR partitions_gone > 0)
ORDER BY run_id DESC, dataset
