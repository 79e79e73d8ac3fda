-- Questions after which the bot said nothing more in their conversation; newest conversation first.
-- A bot message without text is no answer, and a question without text is no question.
WITH last_answers AS (
    SELECT
        user_id,
        conversation_id,
        max(position) AS position
    FROM messages
    WHERE sender = 'bot' AND text <> ''
    GROUP BY user_id, conversation_id
)

SELECT
    conversation.created_at,
    conversation.user_id,
    conversation.conversation_id,
    conversation.gerencia,
    asked.position,
    asked.text AS question
FROM messages AS asked
JOIN conversations AS conversation
    ON conversation.user_id = asked.user_id
    AND conversation.conversation_id = asked.conversation_id
LEFT JOIN last_answers
    ON last_answers.user_id = asked.user_id
    AND last_answers.conversation_id = asked.conversation_id
WHERE asked.sender = 'user'
    AND asked.text <> ''
    AND (last_answers.position IS NULL OR last_answers.position < asked.position)
ORDER BY conversation.created_at DESC, conversation.user_id, conversation.conversation_id, asked.position
