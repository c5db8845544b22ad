-- Spans per bucket, by when they arrived.
SELECT (received - ?::UBIGINT) // ?::UBIGINT AS bucket, count(*) AS spans
FROM spans
WHERE received >= ? AND received < ?
GROUP BY bucket
