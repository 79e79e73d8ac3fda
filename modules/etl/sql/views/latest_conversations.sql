-- Conversations as of the newest snapshot.
-- dt = (one value) becomes a join whose only build row reaches the partition loader as a dynamic filter, so that the
-- other days are not listed or read (Trino: "dynamic partition pruning"). A literal dt would prune at planning time
-- already, but a view cannot know it.
SELECT
    user_id,
    conversation_id,
    created_at,
    nombre,
    ciudad,
    gerencia,
    subgerencia,
    oficinas_asesoras,
    nivel_directivo,
    message_count,
    question_count,
    dt
FROM conversations
WHERE dt = (SELECT dt FROM latest_snapshot)
