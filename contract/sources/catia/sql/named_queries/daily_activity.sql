-- Conversations, users, questions and feedback per calendar day in Colombia, newest first.
-- Instants are UTC; Colombia is at UTC-5 all year round. A day without any activity has no row.
WITH conversations_by_day AS (
    SELECT
        CAST(date_add('hour', -5, created_at) AS date) AS day,
        count(*) AS conversations,
        count(DISTINCT user_id) AS users,
        sum(question_count) AS questions
    FROM conversations
    GROUP BY 1
),

feedback_by_day AS (
    SELECT
        CAST(date_add('hour', -5, created_at) AS date) AS day,
        count(*) AS feedback,
        count(*) FILTER (WHERE feedback_type = 'like') AS likes,
        count(*) FILTER (WHERE feedback_type = 'dislike') AS dislikes
    FROM feedback
    GROUP BY 1
)

SELECT
    coalesce(talking.day, rating.day) AS day,
    coalesce(talking.conversations, 0) AS conversations,
    coalesce(talking.users, 0) AS users,
    coalesce(talking.questions, 0) AS questions,
    coalesce(rating.feedback, 0) AS feedback,
    coalesce(rating.likes, 0) AS likes,
    coalesce(rating.dislikes, 0) AS dislikes
FROM conversations_by_day AS talking
FULL OUTER JOIN feedback_by_day AS rating
    ON rating.day = talking.day
ORDER BY 1 DESC
