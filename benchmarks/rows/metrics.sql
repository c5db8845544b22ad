-- Data points of forty metrics of twelve services.
INSERT INTO metrics
SELECT
n, ?::UBIGINT + (n * ?::DOUBLE)::UBIGINT + 1000000000, ?::UBIGINT + (n * ?::DOUBLE)::UBIGINT, 0, 'shop-' || n % 12,
'process.metric.' || n % 40, 'gauge', hash(n) % 1000, 'By', 'Something of the process', '', false, '',
'{"part":"' || n % 5 || '"}', '{"service.name":"shop-' || n % 12 || '"}'
FROM range(1, ?::BIGINT) AS numbers (n)
