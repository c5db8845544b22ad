-- What was logged in one trace, earliest first.
SELECT span_id, time, service, severity, level, logger, body, event, attributes
FROM logs
WHERE trace_id = ?::UUID AND (? OR span_id = ?)
ORDER BY time, seq
LIMIT ?
