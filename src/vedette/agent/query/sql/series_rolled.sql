-- As series.sql, from the figures of quarters of an hour, and the spans that these do not tell of.
WITH edge AS MATERIALIZED (
    SELECT (start - {piece} AS piece, duration, error FROM ({spans}) WHERE {condition}
),
chosen AS MATERIALIZED (SELECT id FROM works WHERE {work_condition}),
counts AS (
    SELECT piece, sum(calls)::BIGINT AS calls, sum(errors)::BIGINT AS errors
    FROM (
        SELECT (slot * {slot}::UBIGINT - {piece} AS piece, calls, errors
        FROM rollups
        WHERE {slots} AND work IN (SELECT id FROM chosen)
        UNION ALL
        SELECT piece, 1, error::BIGINT FROM edge
    )
    GROUP BY piece
    HAVING sum(calls) > 0
),
durations AS (
    SELECT piece, bucket, sum(calls) AS calls
    FROM (
        SELECT (slot * {slot}::UBIGINT - {piece} AS piece, bucket, calls
        FROM latencies
        WHERE {slots} AND work IN (SELECT id FROM chosen)
        UNION ALL
        SELECT piece, {bucket} AS bucket, 1 FROM edge
    )
    GROUP BY piece, bucket
),
ranked AS (
    SELECT
        *, sum(calls) OVER (PARTITION BY piece ORDER BY bucket) AS upto, sum(calls) OVER (PARTITION BY piece) - 1 AS most,
        pow({growth}, bucket + 0.5) AS middle
    FROM durations
),
quantiles AS (
    SELECT
        piece,
        [
            min(middle) FILTER (upto > 0.5 * most), min(middle) FILTER (upto > 0.95 * most),
            min(middle) FILTER (upto > 0.99 * most)
        ] AS quantiles
    FROM ranked
    GROUP BY piece
)
SELECT piece AS bucket, calls, errors, quantiles
FROM counts JOIN quantiles USING (piece)
ORDER BY bucket
