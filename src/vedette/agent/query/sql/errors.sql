-- Failed spans in groups of the same failure: what numbers, addresses and quoted texts differ in is one failure.
WITH failed AS (
    SELECT
        replace(trace_id::VARCHAR, '-', '') AS trace_id, start, name, resource, status, {owner} AS owner,
        coalesce(
            nullif(json_extract_string(nullif(failure, ''), '$.type'), ''),
            nullif(json_extract_string(attributes, '$."error.type"'), ''),
            CASE WHEN status <> '' THEN 'Status ' || status ELSE 'Error' END
        ) AS type,
        coalesce(
            nullif(json_extract_string(nullif(failure, ''), '$.message'), ''),
            nullif(json_extract_string(attributes, '$."error.message"'), ''), 'in ' || resource
        ) AS message
    FROM spans
    -- What protection refused is an attack, and listed there.
    WHERE error AND {condition} AND NOT contains(failure, 'vedette.operations.operation.Refusal')
),
named AS (
    SELECT
        *,
        left(md5(concat_ws(
            chr(31), owner, type,
            left(regexp_replace(message, '0x[0-9a-fA-F]+|[0-9]+|''[^'']*''|"[^"]*"', '?', 'g'), 300)
        )), 16) AS fingerprint
    FROM failed
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
    arg_max(trace_id, start) AS trace_id,
    list(DISTINCT trace_id)[:100] AS all_traces,
    histogram((start - ?::UBIGINT) // ?::UBIGINT) AS buckets,
    count(*) OVER () AS groups
FROM named
WHERE ? = '' OR fingerprint = ?
GROUP BY fingerprint
ORDER BY {order} DESC, fingerprint
LIMIT ? OFFSET ?
