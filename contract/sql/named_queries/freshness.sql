-- Per table: the newest run that ETL-2 recorded, its business day, and how far that is behind today (UTC).
-- After a night's run a table is 1 day behind: its newest business day is the one that has ended. A run that changed
-- nothing is recorded too; last_change_at is when rows last changed. A table without any run has no row.
SELECT
    dataset,
    max_by(business_day, run_id) AS business_day,
    date_diff('day', CAST(max_by(business_day, run_id) AS date), current_date) AS days_behind,
    max_by(committed_at, run_id) AS recorded_at,
    max(committed_at) FILTER (WHERE partitions_rewritten > 0 OR partitions_gone > 0) AS last_change_at,
    max_by(rows_now, run_id) AS rows_now
FROM runs
GROUP BY dataset
ORDER BY dataset
