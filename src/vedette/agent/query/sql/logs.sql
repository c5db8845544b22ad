-- Log records, newest first. {condition} says which.
SELECT
    seq, time, replace(trace_id::VARCHAR, '-', '') AS trace_id, span_id, service, severity, level, logger, body, event,
    attributes, process
FROM logs
WHERE {condition}
ORDER BY time DESC, seq DESC
LIMIT ?
