-- Requests that applications have answered, among the spans of these numbers.
SELECT service, env, type, kind, start, duration, error, status, attack, blocked, attributes
FROM spans
WHERE seq > ? AND seq <= ? AND (kind = 'server' OR type IN ('web', 'websocket'))
ORDER BY seq
