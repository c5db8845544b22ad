-- A log record for every trace.
INSERT INTO logs
SELECT
n, ?::UBIGINT + (n * ?::DOUBLE)::UBIGINT + 1000000000, ?::UBIGINT + (n * ?::DOUBLE)::UBIGINT, uuid_of(n), n * 10 + 1,
'shop-' || hash(n) % 12, 5 + 4 * (hash(n) % 4), ['DEBUG', 'INFO', 'WARNING', 'ERROR'][1 + (hash(n) % 4)::INTEGER],
'shop.views', 'order ' || hash(n) % 100000 || ' was looked at by user-' || hash(n) % 5000, '',
'{"code.function":"show","code.lineno":' || hash(n) % 900 || '}', '{"service.name":"shop-' || hash(n) % 12 || '"}'
FROM range(1, ?::BIGINT) AS numbers (n)
