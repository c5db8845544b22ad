-- Names of attributes of the newest spans that begin like a text, most frequent first.
SELECT name AS value, count(*) AS number
FROM (SELECT unnest(json_keys(attributes)) AS name FROM spans WHERE seq > ? AND attributes <> '')
WHERE name ILIKE ? ESCAPE '\' AND NOT starts_with(name, '_')
GROUP BY name
ORDER BY number DESC, name
LIMIT ?
