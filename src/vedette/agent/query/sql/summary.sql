-- Counts of everything that is stored.
SELECT
    {traces} AS traces,
    count(*) AS spans,
    {services} AS services,
    count(*) FILTER (WHERE attack) AS attacks,
    count(*) FILTER (WHERE blocked) AS blocked
FROM spans
