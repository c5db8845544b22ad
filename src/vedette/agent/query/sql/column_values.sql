-- Values of a column of the newest spans that contain a text, most frequent first. {column} is of this program.
SELECT {column} AS value, count(*) AS number
FROM spans
WHERE seq > ? AND {column} <> '' AND {column} ILIKE ? ESCAPE '\' AND length({column}) < 120
GROUP BY {column}
ORDER BY number DESC, value
LIMIT ?
