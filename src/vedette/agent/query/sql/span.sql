-- One span with everything it says.
SELECT
    span_id, parent_id, service, env, version, name, resource, type, kind, start, duration, error, status, attack, blocked, seq,
    attributes, events, links, failure, structures, process
FROM spans
WHERE trace_id = ?::UUID AND span_id = ?
ORDER BY seq
LIMIT 1
