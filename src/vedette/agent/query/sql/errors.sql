-- Failed spans in groups of the same failure: those that were read in the background, and those that came since.
WITH told AS (
    SELECT * FROM failures
    UNION ALL
    {failed}
)
SELECT
    fingerprint,
    any_value(owner) AS service,
    any_value(type) AS type,
    arg_max(message, start) AS message,
    list_sort(list(DISTINCT name))[:5] AS operations,
    list_sort(list(DISTINCT resource))[:5] AS resources,
    count(DISTINCT trace_id) AS traces,
    count(*) AS spans,
    min(start) AS first,
    max(start) AS last,
    replace(arg_max(trace_id, start)::VARCHAR, '-', '') AS trace_id,
    [replace(one::VARCHAR, '-', '') for one in arg_max(trace_id, start, 100)] AS all_traces,
    histogram((start - ?::UBIGINT) // ?::UBIGINT) AS buckets,
    count(*) OVER () AS groups
FROM told
WHERE {condition} AND (? = '' OR fingerprint = ?)
GROUP BY fingerprint
ORDER BY {order} DESC, fingerprint
LIMIT ? OFFSET ?
