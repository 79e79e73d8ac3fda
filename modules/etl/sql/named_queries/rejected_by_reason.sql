-- Items of the newest snapshot that could not be normalized, by reason, with one item's key as an example.
SELECT
    reason,
    count(*) AS items,
    min(item_key) AS example_key
FROM rejected
WHERE dt = (SELECT dt FROM latest_snapshot)
GROUP BY reason
ORDER BY 2 DESC, 1
