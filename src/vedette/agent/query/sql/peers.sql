-- Who is called without telling of it: calls that no span of another service answers, by the name the caller knows.
WITH looked AS (
    SELECT trace_id, span_id, parent_id, service, duration, error, kind, type, attributes, process
    FROM spans
    WHERE {condition} AND seq > ? AND kind = 'client'
)
SELECT
    {owner} AS caller,
    coalesce(
        json_extract_string(attributes, '$."peer.service"'), json_extract_string(attributes, '$."db.system.name"'),
        json_extract_string(attributes, '$."db.system"'), json_extract_string(attributes, '$."server.address"')
    ) AS callee,
    count(*) AS calls,
    count(*) FILTER (WHERE error) AS errors,
    quantile_cont(duration, 0.95) AS p95
FROM looked
WHERE ({owner} = service OR type NOT IN ({stores}))
    AND NOT EXISTS (SELECT 1 FROM spans AS answer WHERE answer.trace_id = looked.trace_id AND answer.parent_id = looked.span_id)
GROUP BY ALL
HAVING callee IS NOT NULL AND callee <> caller
ORDER BY calls DESC
LIMIT 100
