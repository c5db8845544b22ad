-- In which requests and jobs spans occur: the entry of their trace that is the earliest. Looks at the newest spans only,
-- and for the entries at as many before these.
WITH found AS (SELECT trace_id, count(*) AS times, sum(duration) AS took FROM spans WHERE {condition} AND seq > ? GROUP BY trace_id),
entries AS (
    SELECT trace_id, arg_min(service, start) AS service, arg_min(resource, start) AS resource
    FROM spans
    WHERE trace_id IN (SELECT trace_id FROM found) AND {entry} AND seq > ?
    GROUP BY trace_id
)
SELECT service, resource, count(*) AS traces, sum(times) AS calls, max(times) AS most, sum(took)::DOUBLE AS total
FROM found JOIN entries USING (trace_id)
GROUP BY ALL
ORDER BY calls DESC
LIMIT 12
