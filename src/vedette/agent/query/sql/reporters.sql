-- Who reports: one row per process, as the newest spans tell it.
SELECT process, count(*) AS spans, max(received) AS last, min(received) AS first, any_value(env) AS env
FROM spans
WHERE seq > ?
GROUP BY process
ORDER BY last DESC
LIMIT 200
