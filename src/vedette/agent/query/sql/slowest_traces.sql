-- Of the traces that have a span matching the search, those with the longest such span. {condition} comes from the
-- search.
SELECT trace_id, max(duration) AS longest
FROM spans
WHERE {condition}
GROUP BY trace_id
ORDER BY longest DESC, trace_id
LIMIT ?
