-- As groups.sql, from the figures of quarters of an hour, and the spans that these do not tell of.
WITH edge AS MATERIALIZED (
    SELECT {keys}, start, duration, error, attack FROM ({spans}) WHERE {condition}
),
chosen AS MATERIALIZED (SELECT id, {work_keys} FROM works WHERE {work_condition}),
parts AS MATERIALIZED (
    SELECT
        {names}, piece, sum(calls) AS calls, sum(errors) AS errors, sum(attacks) AS attacks, sum(total) AS total,
        max(longest) AS longest, max(last) AS last
    FROM (
        SELECT
            work, (slot * {slot}::UBIGINT - ?::UBIGINT) // ?::UBIGINT AS piece, sum(calls) AS calls, sum(errors) AS errors,
            sum(attacks) AS attacks, sum(total) AS total, max(longest) AS longest, max(last) AS last
        FROM rollups
        WHERE {slots} AND work IN (SELECT id FROM chosen)
        GROUP BY work, piece
    ) JOIN chosen ON id = work
    GROUP BY {names}, piece
    UNION ALL
    SELECT
        {names}, (start - ?::UBIGINT) // ?::UBIGINT AS piece, count(*), count(*) FILTER (error), count(*) FILTER (attack),
        sum(duration)::DOUBLE, max(duration), max(start)
    FROM edge
    GROUP BY {names}, piece
),
sums AS (
    SELECT
        {names}, sum(calls)::BIGINT AS calls, sum(errors)::BIGINT AS errors, sum(attacks)::BIGINT AS attacks,
        sum(total) AS total, max(longest) AS longest, max(last) AS last
    FROM parts
    GROUP BY {names}
    HAVING sum(calls) > 0
),
first AS MATERIALIZED (
    SELECT *, count(*) OVER () AS groups, sum(total) OVER () AS everything
    FROM sums
    -- The order by durations needs those of all groups; else those of the page's are enough.
    {page}
),
durations AS (
    SELECT {names}, bucket, sum(calls) AS calls
    FROM (
        SELECT {names}, bucket, calls
        FROM (
            SELECT work, bucket, sum(calls) AS calls
            FROM latencies
            WHERE {slots} AND work IN (SELECT id FROM chosen JOIN first USING ({names}))
            GROUP BY work, bucket
        ) JOIN chosen ON id = work
        UNION ALL
        SELECT {names}, {bucket} AS bucket, count(*) AS calls
        FROM edge JOIN (SELECT {names} FROM first) USING ({names})
        GROUP BY {names}, bucket
    )
    GROUP BY {names}, bucket
),
ranked AS (
    SELECT
        *, sum(calls) OVER (PARTITION BY {names} ORDER BY bucket) AS upto, sum(calls) OVER (PARTITION BY {names}) - 1 AS most,
        pow({growth}, bucket + 0.5) AS middle
    FROM durations
),
quantiles AS (
    SELECT
        {names},
        [
            min(middle) FILTER (upto > 0.5 * most), min(middle) FILTER (upto > 0.95 * most),
            min(middle) FILTER (upto > 0.99 * most)
        ] AS quantiles
    FROM ranked
    GROUP BY {names}
),
page AS (SELECT * FROM first JOIN quantiles USING ({names}) ORDER BY {order} DESC, {names} LIMIT ? OFFSET ?),
sparks AS (
    SELECT {names}, map_from_entries(list((piece, calls))) AS buckets
    FROM (
        SELECT {names}, piece, sum(calls)::BIGINT AS calls
        FROM parts JOIN (SELECT {names} FROM page) USING ({names})
        GROUP BY {names}, piece
    )
    GROUP BY {names}
)
SELECT * REPLACE ([least(middle, longest) for middle in quantiles] AS quantiles)
FROM page JOIN sparks USING ({names})
ORDER BY {order} DESC, {names}
