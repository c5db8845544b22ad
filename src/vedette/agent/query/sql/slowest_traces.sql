-- Traces with their longest span, of spans that match a search.
SELECT trace_id, max(duration) AS longest, count(*) AS spans
FROM ({spans})
GROUP BY trace_id
ORDER BY longest DESC, trace_id
LIMIT ?
