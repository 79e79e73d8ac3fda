-- Feedback as of the newest snapshot.
-- How dt prunes: see latest_conversations.
SELECT
    user_id,
    feedback_id,
    created_at,
    feedback_type,
    comment,
    option,
    dt
FROM feedback
WHERE dt = (SELECT dt FROM latest_snapshot)
