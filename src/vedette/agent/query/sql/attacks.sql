-- The newest spans in which protection found something, with all that tells what: those that were seen in the background,
-- and those that came since.
SELECT
    replace(trace_id::VARCHAR, '-', '') AS trace_id, span_id, service, name, resource, start, duration, status, blocked,
    attributes, structures, events
FROM (
    SELECT * FROM attacks
    UNION ALL
    {attacked}
)
WHERE {condition}
ORDER BY start DESC
LIMIT ?
