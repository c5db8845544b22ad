-- One row per trace: its root (a span without parent if there is one, else the earliest) and what all spans say.
SELECT
    replace(trace_id::VARCHAR, '-', '') AS trace_id,
    arg_min(
        {
            'service': service, 'name': name, 'resource': resource, 'type': type,
            'status': status, 'duration': duration, 'error': error
        },
        start::HUGEINT + CASE WHEN parent_id = 0 THEN 0 ELSE 100000000000000000000 END
    ) AS root,
    min(start) AS start,
    max(start::HUGEINT + duration) - min(start) AS duration,
    count(*) AS spans,
    count(*) FILTER (WHERE error) AS errors,
    count(*) FILTER (WHERE attack) AS attacks,
    bool_or(blocked) AS blocked,
    list_sort(list(DISTINCT service)) AS services
FROM spans
WHERE trace_id IN (SELECT unnest(?::UUID[]))
GROUP BY ALL
ORDER BY start DESC, trace_id
