-- Traces that have a span matching the search which took so long at least, by the longest such span.
SELECT trace_id, max(duration) AS longest
FROM spans
WHERE {condition} AND duration >= ?
GROUP BY trace_id
ORDER BY longest DESC, trace_id
LIMIT ?
