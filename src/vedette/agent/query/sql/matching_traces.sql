-- The newest traces that have a span matching the search. A bound on `seq` limits the look to the newest spans (whole
-- row groups below it are skipped); the caller lowers it when that gives too few. {condition} comes from the search.
SELECT trace_id, min(start) AS first_match
FROM spans
WHERE seq > ? AND seq <= ? AND {condition}
GROUP BY trace_id
HAVING min(start) < ?
ORDER BY first_match DESC, trace_id
LIMIT ?
