-- Calls over time: count, errors and durations per bucket. {condition} says which spans.
SELECT
    (start - ?::UBIGINT) // ?::UBIGINT AS bucket,
    count(*) AS calls,
    count(*) FILTER (WHERE error) AS errors,
    quantile_cont(duration, [0.5, 0.95, 0.99]) AS quantiles
FROM spans
WHERE {condition}
GROUP BY bucket
ORDER BY bucket
