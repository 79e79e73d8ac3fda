"""What is counted of the curated tables, in DuckDB's SQL; ops/report/catia_activity.py runs it.

``message_rows``, ``feedback_rows`` and ``conversation_rows`` are read from the tables while a statement runs, once.
Instants are microseconds since 1970.
"""

from __future__ import annotations

from typing import Final

PERIODS: Final = (
    "CREATE TABLE {name} AS SELECT unnest($places) AS place, unnest($begins) AS begins, unnest($ends) AS ends"
)
MESSAGES: Final = """
    SELECT
        (epoch_us(sent_at) - $begins) // 900000000,
        CASE WHEN sender IN ('user', 'bot') THEN sender ELSE 'other' END,
        count(*)
    FROM message_rows
    WHERE epoch_us(sent_at) >= $begins AND epoch_us(sent_at) < $ends
    GROUP BY ALL
"""
RATINGS: Final = """
    CREATE TABLE ratings AS
    SELECT user_id, feedback_id, epoch_us(created_at) AS given_at, feedback_type
    FROM feedback_rows
    WHERE epoch_us(created_at) >= $begins AND epoch_us(created_at) < $ends
"""
#: All up to the window's end: feedback may refer to one of long ago, and a user's first is when they came.
TALKS: Final = """
    CREATE TABLE talks AS
    SELECT user_id, conversation_id, epoch_us(created_at) AS began_at, gerencia, question_count
    FROM conversation_rows
    WHERE epoch_us(created_at) < $ends
"""
TALKS_BY_DAY: Final = """
    SELECT place, count(*), count(DISTINCT user_id), sum(question_count)
    FROM talks JOIN days ON began_at >= begins AND began_at < ends
    GROUP BY place
"""
TALKS_BY_WEEK: Final = """
    WITH came AS (SELECT user_id, min(began_at) AS came_at FROM talks GROUP BY user_id)
    SELECT
        place,
        count(DISTINCT user_id),
        count(DISTINCT user_id) FILTER (WHERE came_at >= begins),
        count(*),
        sum(question_count)
    FROM talks JOIN weeks ON began_at >= begins AND began_at < ends JOIN came USING (user_id)
    GROUP BY place
"""
QUESTIONS: Final = """
    SELECT least(question_count, $most), count(*) FILTER (WHERE began_at >= $last_begins), count(*)
    FROM talks
    WHERE began_at >= $begins
    GROUP BY ALL
"""
RATINGS_BY_PERIOD: Final = """
    SELECT
        place,
        count(*) FILTER (WHERE feedback_type = 'like'),
        count(*) FILTER (WHERE feedback_type = 'dislike')
    FROM ratings JOIN {periods} ON given_at >= begins AND given_at < ends
    GROUP BY place
"""
#: As the view feedback_in_context and the query feedback_rate_by_gerencia have it.
RATINGS_BY_GERENCIA: Final = """
    WITH in_context AS (
        SELECT ratings.feedback_type, talks.gerencia
        FROM ratings LEFT JOIN talks ON talks.user_id = ratings.user_id AND talks.began_at <= ratings.given_at
        WHERE ratings.given_at >= $begins
        QUALIFY row_number() OVER (
            PARTITION BY ratings.user_id, ratings.feedback_id ORDER BY talks.began_at DESC, talks.conversation_id DESC
        ) = 1
    )
    SELECT
        nullif(gerencia, '') AS named,
        count(*) FILTER (WHERE feedback_type = 'like'),
        count(*) FILTER (WHERE feedback_type = 'dislike')
    FROM in_context
    GROUP BY named
    ORDER BY count(*) DESC, named NULLS FIRST
"""
