-- The spans of one trace, without their bulk, earliest first.
SELECT span_id, parent_id, service, name, resource, type, kind, start, duration, error, status, attack, blocked, seq
FROM spans
WHERE trace_id = ?::UUID
ORDER BY start, seq
LIMIT ?
