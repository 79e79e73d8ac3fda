-- One row per user who has a conversation or feedback, with the columns that the dashboards read.
-- Time order is created_at, then the item's id; messages are in order of position. ` | ` stands between the messages of
-- one conversation, ` || ` between conversations and between feedback. Text is kept as it is, those marks included;
-- null text shows as empty, a null sender as "unknown". Collected texts are empty, never null, where there is nothing to
-- collect; attributes are null where no conversation has them. Column by column: the comments in contract/sources/catia/views.py.
-- Each CTE has one row per key of the next join, so that nothing is multiplied.
WITH conversation_texts AS (
    SELECT
        user_id,
        conversation_id,
        array_join(
            array_agg(coalesce(sender, 'unknown') || ': ' || coalesce(text, '') ORDER BY position), ' | '
        ) AS transcript,
        array_join(
            array_agg(coalesce(text, '') ORDER BY position) FILTER (WHERE sender = 'user'), ' | '
        ) AS questions,
        count(*) FILTER (WHERE sender = 'user') AS number_of_questions
    FROM messages
    GROUP BY user_id, conversation_id
),

users_with_conversations AS (
    SELECT
        conversation.user_id,
        max_by(nombre, ROW(created_at, conversation.conversation_id)) FILTER (WHERE nombre <> '') AS nombre,
        max_by(gerencia, ROW(created_at, conversation.conversation_id)) FILTER (WHERE gerencia <> '') AS gerencia,
        max_by(ciudad, ROW(created_at, conversation.conversation_id)) FILTER (WHERE ciudad <> '') AS ciudad,
        max_by(oficinas_asesoras, ROW(created_at, conversation.conversation_id))
            FILTER (WHERE oficinas_asesoras <> '') AS oficinas_asesoras,
        max_by(subgerencia, ROW(created_at, conversation.conversation_id))
            FILTER (WHERE subgerencia <> '') AS subgerencia,
        max_by(nivel_directivo, ROW(created_at, conversation.conversation_id))
            FILTER (WHERE nivel_directivo <> '') AS nivel_directivo,
        min(created_at) AS first_created_at,
        count(*) AS number_of_conversations,
        array_join(
            array_agg(transcript ORDER BY created_at, conversation.conversation_id)
                FILTER (WHERE transcript IS NOT NULL),
            ' || '
        ) AS transcripts,
        array_join(
            array_agg(questions ORDER BY created_at, conversation.conversation_id)
                FILTER (WHERE number_of_questions > 0),
            ' || '
        ) AS questions,
        sum(number_of_questions) AS number_of_questions
    FROM conversations AS conversation
    LEFT JOIN conversation_texts
        ON conversation_texts.user_id = conversation.user_id
        AND conversation_texts.conversation_id = conversation.conversation_id
    GROUP BY conversation.user_id
),

users_with_feedback AS (
    SELECT
        user_id,
        count(*) AS number_of_feedback,
        count(*) FILTER (WHERE feedback_type = 'like') AS likes,
        count(*) FILTER (WHERE feedback_type = 'dislike') AS dislikes,
        array_join(
            array_agg(
                coalesce(array_join(ARRAY[nullif(feedback_type, ''), nullif(option, ''), nullif(comment, '')], ': '), '')
                ORDER BY created_at, feedback_id
            ),
            ' || '
        ) AS feedback_texts,
        array_join(
            array_agg(comment ORDER BY created_at, feedback_id) FILTER (WHERE comment <> ''), ' || '
        ) AS comments
    FROM feedback
    GROUP BY user_id
)

SELECT
    coalesce(talking.user_id, rating.user_id) AS usuario_id,
    talking.nombre,
    talking.gerencia,
    talking.ciudad,
    talking.oficinas_asesoras,
    talking.subgerencia,
    talking.nivel_directivo,
    talking.first_created_at AS fecha_primera_conversacion,
    coalesce(talking.number_of_conversations, 0) AS numero_conversaciones,
    coalesce(talking.transcripts, '') AS conversacion_completa,
    coalesce(rating.feedback_texts, '') AS feedback_total,
    coalesce(rating.number_of_feedback, 0) AS numero_feedback,
    coalesce(talking.questions, '') AS pregunta_conversacion,
    CAST(coalesce(talking.number_of_questions, 0) AS bigint) AS numero_preguntas,
    CAST(
        CASE
            WHEN rating.likes > 0 AND rating.dislikes > 0 THEN 'mixed'
            WHEN rating.likes > 0 THEN 'like'
            WHEN rating.dislikes > 0 THEN 'dislike'
            ELSE ''
        END AS varchar
    ) AS feedback,
    coalesce(rating.comments, '') AS respuesta_feedback
FROM users_with_conversations AS talking
FULL OUTER JOIN users_with_feedback AS rating
    ON rating.user_id = talking.user_id
