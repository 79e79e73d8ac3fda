-- Each feedback with the conversation it refers to: its user's newest conversation that is not after it.
-- Feedback before any conversation keeps its row; what would come from the conversation is null there. Of conversations
-- that began at the same instant, the one with the greatest conversation_id counts.
WITH feedback_and_conversations AS (
    SELECT
        feedback.user_id,
        feedback.feedback_id,
        feedback.created_at,
        feedback.feedback_type,
        feedback.comment,
        feedback.option,
        conversation.conversation_id,
        conversation.created_at AS conversation_created_at,
        conversation.gerencia,
        row_number() OVER (
            -- created_at is the same for each feedback; here it lets a filter on it reach the table, and skip files.
            PARTITION BY feedback.user_id, feedback.feedback_id, feedback.created_at
            ORDER BY conversation.created_at DESC, conversation.conversation_id DESC
        ) AS recency
    FROM feedback
    LEFT JOIN conversations AS conversation
        ON conversation.user_id = feedback.user_id
        AND conversation.created_at <= feedback.created_at
),

-- One row per conversation before the join, so that no feedback is multiplied. Not max_by(text, position): engines
-- differ on a null text there; here the last message counts, with or without text.
last_messages AS (
    SELECT
        user_id,
        conversation_id,
        element_at(array_agg(text ORDER BY position DESC) FILTER (WHERE sender = 'user'), 1) AS last_question,
        element_at(array_agg(text ORDER BY position DESC) FILTER (WHERE sender = 'bot'), 1) AS last_answer
    FROM messages
    GROUP BY user_id, conversation_id
)

SELECT
    referring.user_id,
    referring.feedback_id,
    referring.created_at,
    referring.feedback_type,
    referring.comment,
    referring.option,
    referring.conversation_id,
    referring.conversation_created_at,
    referring.gerencia,
    last_messages.last_question,
    last_messages.last_answer
FROM feedback_and_conversations AS referring
LEFT JOIN last_messages
    ON last_messages.user_id = referring.user_id
    AND last_messages.conversation_id = referring.conversation_id
WHERE referring.recency = 1
