-- Messages of all conversations as of the newest snapshot.
-- How dt prunes: see latest_conversations.
SELECT
    user_id,
    conversation_id,
    position,
    sender,
    text,
    sent_at,
    dt
FROM messages
WHERE dt = (SELECT dt FROM latest_snapshot)
