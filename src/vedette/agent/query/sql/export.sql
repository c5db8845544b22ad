-- Whole spans in the order of their arrival, of traces that match the search: {matching} comes from it, and is
-- empty where there is none (to look for all traces in all spans, once for each page, would cost most of the time).
SELECT *
FROM spans
WHERE seq > ? {matching}
ORDER BY seq
LIMIT ?
