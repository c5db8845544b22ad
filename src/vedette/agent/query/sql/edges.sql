-- Who calls whom: spans whose parent belongs to another service. Looks at the newest spans of the period only.
WITH looked AS (
    SELECT trace_id, span_id, parent_id, {place} AS service, duration, error, type, kind
    FROM spans
    WHERE {condition} AND seq > ?
)
SELECT
    parent.service AS caller,
    child.service AS callee,
    count(*) AS calls,
    count(*) FILTER (WHERE child.error) AS errors,
    quantile_cont(child.duration, 0.95) AS p95
FROM looked AS child
JOIN looked AS parent ON parent.trace_id = child.trace_id AND parent.span_id = child.parent_id
WHERE child.parent_id <> 0 AND parent.service <> child.service
GROUP BY ALL
ORDER BY calls DESC
LIMIT 200
