-- The newest business day of which {datasets} are all registered; one row.
-- "<table>$partitions" is the catalog's list of days: reading it scans no data, while max(dt) over the table itself
-- would open the files of every day. It also sees a day without rows, which is a day all the same.
-- The intersection keeps readers on the day before until the new day is whole, in whatever order its tables are
-- registered.
SELECT max(dt) AS dt
FROM (
{days}
) AS whole_days
