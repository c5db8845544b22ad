-- The spans of one trace with everything they say, earliest first. From the one on with which all that is more than so
-- many bytes, spans come without their bulk.
SELECT
    span_id, parent_id, service, env, version, name, resource, type, kind, start, duration, error, status, attack, blocked, seq,
    CASE WHEN whole THEN attributes END AS attributes, CASE WHEN whole THEN events END AS events,
    CASE WHEN whole THEN links END AS links, CASE WHEN whole THEN failure END AS failure,
    CASE WHEN whole THEN structures END AS structures, CASE WHEN whole THEN process END AS process
FROM (
    SELECT *, sum(
        strlen(attributes) + strlen(events) + strlen(links) + strlen(failure) + strlen(structures) + strlen(process)
    ) OVER (ORDER BY start, seq ROWS UNBOUNDED PRECEDING) <= ? AS whole
    FROM spans
    WHERE trace_id = ?::UUID
)
ORDER BY start, seq
LIMIT ?
