-- Whole spans in the order of their arrival, of traces that match the search. {condition} comes from the search.
SELECT *
FROM spans
WHERE seq > ? AND trace_id IN (SELECT trace_id FROM spans WHERE {condition})
ORDER BY seq
LIMIT ?
