-- Data points of metrics, newest first. {condition} says which.
SELECT time, start, service, name, kind, value, unit, description, temporality, monotonic, details, attributes, process
FROM metrics
WHERE {condition}
ORDER BY time DESC, seq DESC
LIMIT ?
