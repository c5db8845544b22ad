-- Values of one attribute of the newest spans that contain a text, most frequent first.
SELECT value, count(*) AS number
FROM (
    SELECT json_extract_string(attributes, ?) AS value
    FROM spans
    WHERE seq > ? AND contains(attributes, ?)
)
WHERE value ILIKE ? ESCAPE '\' AND length(value) < 100
GROUP BY value
ORDER BY number DESC, value
LIMIT ?
