-- How often each gerencia gives feedback, and how much of it is dislike; the most feedback first.
-- A conversation counts for the gerencia that it names itself, feedback for that of the conversation it refers to;
-- "(none)" gathers what names none. A rate is null where there is nothing to divide by.
WITH conversations_by_gerencia AS (
    SELECT
        coalesce(nullif(gerencia, ''), '(none)') AS gerencia,
        count(*) AS conversations
    FROM conversations
    GROUP BY 1
),

feedback_by_gerencia AS (
    SELECT
        coalesce(nullif(gerencia, ''), '(none)') AS gerencia,
        count(*) AS feedback,
        count(*) FILTER (WHERE feedback_type = 'like') AS likes,
        count(*) FILTER (WHERE feedback_type = 'dislike') AS dislikes
    FROM feedback_in_context
    GROUP BY 1
)

SELECT
    coalesce(talking.gerencia, rating.gerencia) AS gerencia,
    coalesce(talking.conversations, 0) AS conversations,
    coalesce(rating.feedback, 0) AS feedback,
    coalesce(rating.likes, 0) AS likes,
    coalesce(rating.dislikes, 0) AS dislikes,
    round(CAST(coalesce(rating.feedback, 0) AS double) / talking.conversations, 3) AS feedback_per_conversation,
    round(CAST(rating.dislikes AS double) / nullif(rating.likes + rating.dislikes, 0), 3) AS dislike_share
FROM conversations_by_gerencia AS talking
FULL OUTER JOIN feedback_by_gerencia AS rating
    ON rating.gerencia = talking.gerencia
ORDER BY 3 DESC, 1
