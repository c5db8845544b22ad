-- Traces, by when they arrived, in buckets; looks at the newest spans only. {condition} comes from the search.
WITH arrived AS (
    SELECT min(received) AS received, bool_or(error) AS error, bool_or(attack) AS attack
    FROM spans
    WHERE seq > ? AND received > ? AND {condition}
    GROUP BY trace_id
)
SELECT
    received // ?::UBIGINT AS bucket,
    count(*) AS traces,
    count(*) FILTER (WHERE error AND NOT attack) AS errors,
    count(*) FILTER (WHERE attack) AS attacks
FROM arrived
GROUP BY bucket
ORDER BY bucket
