-- Of the traces that have a span matching the search, those with the longest such span, among so many of the longest
-- spans. The condition comes from the search.
SELECT trace_id, max(duration) AS longest, count(*) AS spans
FROM (SELECT trace_id, duration FROM spans WHERE {condition} ORDER BY duration DESC LIMIT ?)
GROUP BY trace_id
ORDER BY longest DESC, trace_id
LIMIT ?
