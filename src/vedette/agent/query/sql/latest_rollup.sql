-- The latest start of a span that is counted in the rollups, and its quarter of an hour.
SELECT max(last) AS last, max(slot) AS slot FROM rollups
