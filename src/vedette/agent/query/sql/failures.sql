-- What the spans of one trace say of their failures.
SELECT failure FROM spans WHERE trace_id = ?::UUID AND error AND failure <> '' ORDER BY start LIMIT 50
