-- The answers that users disliked, with the question, the option they picked and their comment; newest first.
SELECT
    created_at,
    user_id,
    feedback_id,
    gerencia,
    last_question,
    last_answer,
    option,
    comment
FROM feedback_in_context
WHERE feedback_type = 'dislike'
ORDER BY created_at DESC, user_id, feedback_id
