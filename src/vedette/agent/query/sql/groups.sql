-- Spans of one kind of work, in groups; {keys} say what a group is, {order} which comes first.
SELECT
    {keys},
    count(*) AS calls,
    count(*) FILTER (WHERE error) AS errors,
    count(*) FILTER (WHERE attack) AS attacks,
    sum(duration)::DOUBLE AS total,
    quantile_cont(duration, [0.5, 0.95, 0.99]) AS quantiles,
    max(duration) AS longest,
    max(start) AS last,
    histogram((start - ?::UBIGINT) // ?::UBIGINT) AS buckets,
    count(*) OVER () AS groups,
    sum(sum(duration)) OVER ()::DOUBLE AS everything
FROM spans
WHERE {condition}
GROUP BY {names}
ORDER BY {order} DESC, {names}
LIMIT ? OFFSET ?
