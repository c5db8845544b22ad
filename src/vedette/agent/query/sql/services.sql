-- Services: what they answer and work on, and whether they are applications or what applications call.
SELECT
    {place} AS service,
    count(*) FILTER (WHERE {entry}) AS calls,
    count(*) FILTER (WHERE {entry} AND error) AS errors,
    count(*) FILTER (WHERE attack) AS attacks,
    count(*) AS spans,
    sum(duration) FILTER (WHERE {entry})::DOUBLE AS total,
    quantile_cont(duration, [0.5, 0.95, 0.99]) FILTER (WHERE {entry}) AS quantiles,
    histogram((start - ?::UBIGINT) // ?::UBIGINT) FILTER (WHERE {entry}) AS buckets,
    bool_and(kind IN ('client', 'producer')) AS dependency,
    any_value(type) FILTER (WHERE type NOT IN ('', 'template')) AS type,
    max(version) AS version,
    max(start) AS last
FROM spans
WHERE {condition}
GROUP BY {place}
ORDER BY dependency, calls DESC, spans DESC
LIMIT 500
