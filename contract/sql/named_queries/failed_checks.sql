-- Checks of the last 30 days that failed, newest first: each quarantined its run, which no other table shows.
-- A later run of the same day may have passed. rejected_ratio fails where more items were rejected than are allowed.
SELECT
    business_day,
    run_id,
    dataset,
    check_name,
    rows_failed,
    rows_checked,
    allowed_ratio,
    checked_at
FROM data_quality
WHERE checked_at >= CAST(date_add('day', -30, current_date) AS timestamp(6))
    AND outcome = 'failed'
ORDER BY checked_at DESC, run_id DESC, dataset, check_name
