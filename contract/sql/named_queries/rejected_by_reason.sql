-- Items that could not be normalized, by reason, with one item's key as an example.
SELECT
    reason,
    count(*) AS items,
    min(item_key) AS example_key
FROM rejected
GROUP BY reason
ORDER BY 2 DESC, 1
