-- Counts of everything that is stored.
SELECT
    count(DISTINCT trace_id) AS traces,
    count(*) AS spans,
    count(DISTINCT service) AS services,
    count(*) FILTER (WHERE attack) AS attacks,
    count(*) FILTER (WHERE blocked) AS blocked
FROM spans
