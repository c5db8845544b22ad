-- Requests that applications have answered, among the spans of these numbers. Attributes of a size that no real request
-- has are left out: all of them are in memory at once.
SELECT
    service, env, type, kind, start, duration, error, status, attack, blocked,
    CASE WHEN strlen(attributes) <= 65536 THEN attributes END AS attributes
FROM spans
WHERE seq > ? AND seq <= ? AND (kind = 'server' OR type IN ('web', 'websocket'))
ORDER BY seq
