-- Who reports: one row per process, as the newest spans tell it. Some payloads of a process say more of it than others.
SELECT
    arg_max(process, length(process)) AS process, count(*) AS spans, max(received) AS last, min(received) AS first,
    any_value(env) FILTER (WHERE env <> '') AS env
FROM spans
WHERE seq > ?
GROUP BY coalesce(
    nullif(concat(json_extract_string(process, '$."service.instance.id"'), json_extract_string(process, '$."process.pid"')), ''),
    process
)
ORDER BY last DESC
LIMIT 200
