-- {title} as of the newest snapshot.
-- dt = (one value) becomes a join whose only build row reaches the partition loader as a dynamic filter, so that the
-- other days are not listed or read (Trino: "dynamic partition pruning"). A literal dt would prune at planning time
-- already, but a view cannot know it.
SELECT
{columns},
    dt
FROM {table}
WHERE dt = (SELECT dt FROM latest_snapshot)
