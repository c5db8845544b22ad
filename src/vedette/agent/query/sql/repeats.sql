-- How often one trace asks the same: the most that was seen for each group, and in which trace. Looks at the newest
-- spans only.
SELECT {names}, max(times) AS most, arg_max(trace_id, times) AS trace_id
FROM (
    SELECT {keys}, replace(trace_id::VARCHAR, '-', '') AS trace_id, count(*) AS times
    FROM spans
    WHERE {condition} AND seq > ?
    GROUP BY ALL
)
GROUP BY {names}
HAVING max(times) >= ?
