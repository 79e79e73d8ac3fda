-- Per table: the days it holds, the days missing between them, and how far the newest is behind today (UTC).
-- Reads the catalog only. After a night's run the newest day is 1 day behind: it is the business day that has ended.
-- A table without any day has no row.
WITH registered_days AS (
{days}
)

SELECT
    dataset,
    min(dt) AS oldest_dt,
    max(dt) AS newest_dt,
    count(*) AS registered_days,
    date_diff('day', CAST(min(dt) AS date), CAST(max(dt) AS date)) + 1 - count(*) AS missing_days,
    date_diff('day', CAST(max(dt) AS date), current_date) AS days_behind
FROM registered_days
GROUP BY dataset
ORDER BY dataset
