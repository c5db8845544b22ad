-- Which of these addresses and users are on a deny list.
SELECT kind, id
FROM remote_items
WHERE (kind = 'address' AND list_contains(?::VARCHAR[], id)) OR (kind = 'user' AND list_contains(?::VARCHAR[], id))
