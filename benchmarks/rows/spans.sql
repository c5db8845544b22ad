-- Traces of ten spans, from the first number until before the second; what they say comes from the hash of the number.
-- Stack and finding are JSON.
INSERT INTO spans
WITH traces AS (
SELECT
    n, hash(n) AS h, floor(120 * pow((hash(n) % 10007) / 10007.0, 2))::INTEGER AS endpoint,
    'shop-' || (floor(120 * pow((hash(n) % 10007) / 10007.0, 2))::INTEGER % 12) AS app,
    'shop-' || (7 * floor(120 * pow((hash(n) % 10007) / 10007.0, 2))::INTEGER + 5) % 12 AS asked, hash(n + 1) % 50 = 0 AS failed, hash(n + 2) % 400 = 0 AS attacked,
    floor(400 * pow((hash(n + 3) % 10007) / 10007.0, 3))::INTEGER AS query,
    ?::UBIGINT + (n * ?::DOUBLE)::UBIGINT AS begun,
    (1000000 * exp(5 * ((hash(n + 4) % 10007) / 10007.0)))::UBIGINT AS took
FROM range(?::BIGINT, ?::BIGINT) AS numbers (n)
),
shape (place, parent, kind, type, name, who) AS (VALUES
(0, -1, 'server', 'web', 'flask.request', 'app'), (1, 0, 'internal', 'template', 'jinja2.render', 'app'),
(2, 0, 'client', 'sql', 'postgres.query', 'postgres'), (3, 0, 'client', 'sql', 'postgres.query', 'postgres'),
(4, 0, 'client', 'redis', 'redis.command', 'redis'), (5, 0, 'client', 'http', 'requests.request', 'requests'),
(6, 5, 'server', 'web', 'fastapi.request', 'asked'), (7, 6, 'client', 'sql', 'postgres.query', 'postgres'),
(8, 0, 'producer', 'worker', 'celery.apply', 'app'), (9, 8, 'consumer', 'worker', 'celery.run', 'worker')
),
spans_of AS (
    SELECT
        *, n * 10 + place + 1 AS number, hash(n * 10 + place) AS r,
        CASE who WHEN 'app' THEN app WHEN 'asked' THEN asked WHEN 'worker' THEN 'worker' ELSE who END AS service,
        CASE WHEN place >= 9 THEN 'worker' WHEN place >= 6 AND place < 8 THEN asked ELSE app END AS owner,
        CASE
            WHEN place = 0 THEN ['GET', 'POST', 'PUT'][1 + endpoint % 3] || ' /thing-' || endpoint || '/<id>'
            WHEN place = 1 THEN 'page_' || endpoint % 30 || '.html'
            WHEN type = 'sql' THEN 'SELECT id, name, price FROM table_' || ((query // 12) * 12 + hash(owner) % 12) || ' WHERE id = ? AND kind = ?'
            WHEN type = 'redis' THEN 'GET'
            WHEN place = 5 THEN 'GET /internal/' || endpoint
            WHEN place = 6 THEN 'GET /internal/{part}/' || endpoint % 20
            ELSE 'shop.tasks.task_' || endpoint % 15
        END AS resource
    FROM traces, shape
),
told AS (
    SELECT
        *, (failed AND place IN (0, 2)) AS is_error, (attacked AND place = 0) AS is_attack,
        CASE
            WHEN place IN (0, 6) THEN
                '{"http.request.method":"' || split_part(resource, ' ', 1) || '","http.route":"' || split_part(resource, ' ', 2)
                || '","url.full":"http://shop.example' || replace(split_part(resource, ' ', 2), '<id>', (r % 100000)::VARCHAR)
                || '?page=' || r % 9 || '","http.response.status_code":' || CASE WHEN failed THEN 500 ELSE 200 END
                || ',"client.address":"203.0.' || r % 7 || '.' || h % 250 || '","user_agent.original":"Mozilla/5.0 (X11; Linux '
                || 'x86_64; rv:' || 100 + r % 30 || '.0) Gecko/20100101","component":"flask","user.id":"user-' || h % 5000
                || '","thread.id":' || r % 16
                || CASE WHEN place = 0 AND h % 60 = 0 THEN
                    ',"appsec.events.users.login.' || CASE WHEN r % 4 = 0 THEN 'failure' ELSE 'success' END
                    || '.track":"true","appsec.events.users.login.' || CASE WHEN r % 4 = 0 THEN 'failure' ELSE 'success' END
                    || '.usr.login":"user-' || h % 5000 || '"' ELSE '' END || '}'
            WHEN type = 'sql' THEN
                '{"db.system.name":"postgresql","db.namespace":"shop","server.address":"db-' || query % 3
                || '.internal","server.port":5432,"db.query.text":"' || resource || '","db.response.returned_rows":' || r % 100
                || ',"component":"psycopg","thread.id":' || r % 16 || '}'
            WHEN type = 'redis' THEN
                '{"db.system.name":"redis","server.address":"cache.internal","server.port":6379,"db.query.text":"GET user:?"'
                || ',"component":"redis","thread.id":' || r % 16 || '}'
            WHEN place = 5 THEN
                '{"http.request.method":"GET","url.full":"http://' || asked || '.internal/internal/' || endpoint
                || '","server.address":"' || asked || '.internal","server.port":8080,"http.response.status_code":200,'
                || '"component":"requests","thread.id":' || r % 16 || '}'
            WHEN place >= 8 THEN
                '{"messaging.system":"celery","messaging.destination.name":"default","messaging.message.id":"' || md5(n::VARCHAR)
                || '","component":"celery"}'
            ELSE '{"component":"jinja2","template.name":"' || resource || '"}'
        END AS attributes
    FROM spans_of
)
SELECT
    number, begun + took + 1000000000, uuid_of(n), number, CASE WHEN parent < 0 THEN 0 ELSE n * 10 + parent + 1 END,
    service, CASE WHEN h % 10 = 0 THEN 'staging' ELSE 'production' END, '1.' || length(owner) % 4, name, resource, type, kind,
    begun + place * took // 20, greatest(took * (10 - place) // 10 + r % 100000, 1000), is_error,
    CASE WHEN place IN (0, 6) THEN CASE WHEN is_error THEN '500' WHEN is_attack AND h % 3 = 0 THEN '403' ELSE '200' END ELSE '' END,
    is_attack, is_attack AND h % 3 = 0, attributes, '', '',
    CASE WHEN is_error THEN '{"type":"' || ['ValueError', 'KeyError', 'TimeoutError', 'IntegrityError'][1 + endpoint % 4]
        || '","message":"no thing ' || r || ' in step ' || endpoint % 25 || '","stack":{stack}}'
        ELSE '' END,
    CASE WHEN is_attack THEN '{finding}' ELSE '' END,
    '{"service.name":"' || owner || '","service.instance.id":"' || md5(owner || h % 4)
    || '","process.runtime.name":"CPython","process.runtime.version":"3.11.4","telemetry.sdk.language":"python","host.name":"node-'
    || h % 4 || '","process.pid":' || 100 + h % 4 || '}'
FROM told ORDER BY number
