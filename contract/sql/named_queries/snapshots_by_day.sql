-- The snapshot of each table after each business day, for SELECT … FROM <table> FOR VERSION AS OF <snapshot_id>.
-- Of several runs of a day, the last. Days whose snapshot has expired, or is none, are left out; newest first.
SELECT
    business_day,
    dataset,
    max_by(snapshot_id, run_id) AS snapshot_id,
    max_by(rows_now, run_id) AS rows_now,
    max_by(committed_at, run_id) AS committed_at
FROM runs
GROUP BY business_day, dataset
HAVING max_by(snapshot_id, run_id) IS NOT NULL
    AND max_by(snapshot_expired_at, run_id) IS NULL
ORDER BY business_day DESC, dataset
