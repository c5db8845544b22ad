-- Sign-ins over time.
SELECT
    (start - ?::UBIGINT) // ?::UBIGINT AS bucket,
    count(*) FILTER (event = 'failure') AS failures,
    count(*) FILTER (event = 'success') AS successes,
    count(*) FILTER (event = 'signup') AS signups
FROM sign_ins
WHERE {condition}
GROUP BY bucket
ORDER BY bucket
