-- The spans of one trace with everything they say, earliest first.
SELECT
    span_id, parent_id, service, env, version, name, resource, type, kind, start, duration, error, status, attack, blocked, seq,
    attributes, events, links, failure, structures, process
FROM spans
WHERE trace_id = ?::UUID
ORDER BY start, seq
LIMIT ?
