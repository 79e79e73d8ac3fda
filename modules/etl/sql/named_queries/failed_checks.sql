-- Checks of the last 30 days that failed, newest first: each quarantined its run, which no other table shows.
-- A later run of the same day may have passed. rejected.share_of_items fails where more items were rejected than allowed.
SELECT
    dt,
    run_id,
    dataset,
    check_name,
    rows_failed,
    rows_checked,
    allowed_share,
    checked_at
FROM data_quality
WHERE dt >= CAST(date_add('day', -31, current_date) AS varchar)
    AND outcome = 'failed'
ORDER BY checked_at DESC, dt DESC, run_id DESC, dataset, check_name
