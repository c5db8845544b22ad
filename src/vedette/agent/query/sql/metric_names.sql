-- Which metrics there are, and their newest value.
SELECT
    service, name, any_value(kind) AS kind, any_value(unit) AS unit, any_value(description) AS description,
    count(*) AS points, arg_max(value, time) AS newest, max(time) AS last
FROM metrics
WHERE {condition}
GROUP BY service, name
ORDER BY service, name
LIMIT ?
