-- The spans of one trace, without their bulk, earliest first.
SELECT span_id, parent_id, service, name, resource, type, kind, start, duration, error, status, attack, blocked, seq,
    -- What an outgoing call is for, where its resource does not say it.
    CASE WHEN kind = 'client' AND type = 'http' AND resource = name THEN concat_ws(
        ' ', json_extract_string(attributes, '$."http.request.method"'), regexp_replace(json_extract_string(attributes, '$."url.full"'), '^https?://', '')
    ) END AS target
FROM spans
WHERE trace_id = ?::UUID
ORDER BY start, seq
LIMIT ?
