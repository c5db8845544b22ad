-- The newest spans in which protection found something, with all that tells what.
SELECT
    replace(trace_id::VARCHAR, '-', '') AS trace_id, span_id, service, name, resource, start, duration, status, blocked,
    attributes, structures, events
FROM spans
WHERE attack AND {condition}
ORDER BY start DESC
LIMIT ?
