-- Questions after which the bot said nothing more in their conversation; newest conversation first.
-- A bot message without text is no answer, and a question without text is no question.
WITH last_answers AS (
    SELECT
        user_id,
        conversation_id,
        max(position) AS position
    FROM latest_messages
    WHERE sender = 'bot' AND text <> ''
    GROUP BY user_id, conversation_id
)

SELECT
    conversation.created_at,
    conversation.user_id,
    conversation.conversation_id,
    conversation.gerencia,
    question.position,
    question.text AS question
FROM latest_messages AS question
JOIN latest_conversations AS conversation
    ON conversation.user_id = question.user_id
    AND conversation.conversation_id = question.conversation_id
LEFT JOIN last_answers
    ON last_answers.user_id = question.user_id
    AND last_answers.conversation_id = question.conversation_id
WHERE question.sender = 'user'
    AND question.text <> ''
    AND (last_answers.position IS NULL OR last_answers.position < question.position)
ORDER BY conversation.created_at DESC, conversation.user_id, conversation.conversation_id, question.position
