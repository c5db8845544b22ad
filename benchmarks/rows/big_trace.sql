-- One trace of many spans.
INSERT INTO spans
WITH shape AS (
SELECT n, 1 + n + ?::UBIGINT AS number, CASE WHEN n = 0 THEN -1 ELSE (n - 1) // 4 END AS parent, hash(n) AS r,
    floor(log(1 + 3 * n) / log(4))::INTEGER AS depth
FROM range(?::BIGINT) AS numbers (n)
)
SELECT
number, ?::UBIGINT + 1000000000, ?::UUID, n + 1, parent + 1, 'shop-' || r % 12, 'production', '1.0',
['flask.request', 'shop.step', 'postgres.query'][1 + (r % 3)::INTEGER], 'GET /everything/' || r % 300, 'web', 'internal',
?::UBIGINT + n * 100000, 2000000000 // (1 + depth), r % 200 = 0, '', r % 2000 = 0, false,
'{"component":"flask","thread.id":' || r % 16 || '}', '', '', '', '', '{"service.name":"shop-' || r % 12 || '"}'
FROM shape ORDER BY n
