"""A folder with a million stored spans, made in seconds: a day of a shop's traffic, for measuring how it is read.

The rows are those that the agent would have stored: twelve services, 120 endpoints and 400 statements of very
different frequency, calls between services, jobs, errors with stacks, attacks with findings, sign-ins, logs, metrics.
The same number of spans gives the same rows, but for the day, which is the last one.
"""

from __future__ import annotations

import json
import time
from pathlib import Path

import duckdb

from vedette.agent.store import Database
from vedette.agent.store.sign_ins import gather

DAY = 86_400 * 1_000_000_000
STEP = 500_000
"""Spans of one statement: more would not fit into the memory that it may use."""
TRACE = 10
"""Spans of a trace."""
BIG = 10_000
"""Spans that the newest trace has; all others have ten."""
BIG_TRACE = "b16" + "0" * 29
STACK = "".join(f'  File "/srv/shop/views/part_{n}.py", line {n * 17}, in step_{n}\n    step_{n + 1}()\n' for n in range(12))
FINDING = json.dumps(
    {
        "appsec": {
            "triggers": [
                {
                    "rule": {"id": "sqli-100", "name": "SQL injection", "tags": {"type": "sql_injection"}},
                    "rule_matches": [
                        {
                            "operator": "sqli",
                            "parameters": [
                                {
                                    "address": "server.request.query",
                                    "key_path": ["q"],
                                    "value": "1' OR '1'='1",
                                    "highlight": ["' OR '1'='1"],
                                }
                            ],
                        }
                    ],
                }
            ]
        }
    }
)
# What spans of a trace are, by their place in it: parent, kind, type, name, service (asked: of the second service).
SHAPE = """
    (0, -1, 'server', 'web', 'flask.request', 'app'), (1, 0, 'internal', 'template', 'jinja2.render', 'app'),
    (2, 0, 'client', 'sql', 'postgres.query', 'postgres'), (3, 0, 'client', 'sql', 'postgres.query', 'postgres'),
    (4, 0, 'client', 'redis', 'redis.command', 'redis'), (5, 0, 'client', 'http', 'requests.request', 'requests'),
    (6, 5, 'server', 'web', 'fastapi.request', 'asked'), (7, 6, 'client', 'sql', 'postgres.query', 'postgres'),
    (8, 0, 'producer', 'worker', 'celery.apply', 'app'), (9, 8, 'consumer', 'worker', 'celery.run', 'worker')
"""
# A trace's number decides all of it, by way of its hash.
TRACES = f"""
    SELECT
        n, hash(n) AS h, floor(120 * pow((hash(n) % 10007) / 10007.0, 2))::INTEGER AS endpoint,
        'shop-' || (floor(120 * pow((hash(n) % 10007) / 10007.0, 2))::INTEGER % 12) AS app,
        'shop-' || (7 * floor(120 * pow((hash(n) % 10007) / 10007.0, 2))::INTEGER + 5) % 12 AS asked, hash(n + 1) % 50 = 0 AS failed, hash(n + 2) % 400 = 0 AS attacked,
        floor(400 * pow((hash(n + 3) % 10007) / 10007.0, 3))::INTEGER AS query,
        ?::UBIGINT + (n * ?::DOUBLE)::UBIGINT AS begun,
        (1000000 * exp(5 * ((hash(n + 4) % 10007) / 10007.0)))::UBIGINT AS took
    FROM range(?::BIGINT, ?::BIGINT) AS numbers (n)
"""
ROWS = f"""
    INSERT INTO spans
    WITH traces AS ({TRACES}),
    shape (place, parent, kind, type, name, who) AS (VALUES {SHAPE}),
    spans_of AS (
        SELECT
            *, n * {TRACE} + place + 1 AS number, hash(n * {TRACE} + place) AS r,
            CASE who WHEN 'app' THEN app WHEN 'asked' THEN asked WHEN 'worker' THEN 'worker' ELSE who END AS service,
            CASE WHEN place >= 9 THEN 'worker' WHEN place >= 6 AND place < 8 THEN asked ELSE app END AS owner,
            CASE
                WHEN place = 0 THEN ['GET', 'POST', 'PUT'][1 + endpoint % 3] || ' /thing-' || endpoint || '/<id>'
                WHEN place = 1 THEN 'page_' || endpoint % 30 || '.html'
                WHEN type = 'sql' THEN 'SELECT id, name, price FROM table_' || ((query // 12) * 12 + hash(owner) % 12) || ' WHERE id = ? AND kind = ?'
                WHEN type = 'redis' THEN 'GET'
                WHEN place = 5 THEN 'GET /internal/' || endpoint
                WHEN place = 6 THEN 'GET /internal/{{part}}/' || endpoint % 20
                ELSE 'shop.tasks.task_' || endpoint % 15
            END AS resource
        FROM traces, shape
    ),
    told AS (
        SELECT
            *, (failed AND place IN (0, 2)) AS is_error, (attacked AND place = 0) AS is_attack,
            CASE
                WHEN place IN (0, 6) THEN
                    '{{"http.request.method":"' || split_part(resource, ' ', 1) || '","http.route":"' || split_part(resource, ' ', 2)
                    || '","url.full":"http://shop.example' || replace(split_part(resource, ' ', 2), '<id>', (r % 100000)::VARCHAR)
                    || '?page=' || r % 9 || '","http.response.status_code":' || CASE WHEN failed THEN 500 ELSE 200 END
                    || ',"client.address":"203.0.' || r % 7 || '.' || h % 250 || '","user_agent.original":"Mozilla/5.0 (X11; Linux '
                    || 'x86_64; rv:' || 100 + r % 30 || '.0) Gecko/20100101","component":"flask","user.id":"user-' || h % 5000
                    || '","thread.id":' || r % 16
                    || CASE WHEN place = 0 AND h % 60 = 0 THEN
                        ',"appsec.events.users.login.' || CASE WHEN r % 4 = 0 THEN 'failure' ELSE 'success' END
                        || '.track":"true","appsec.events.users.login.' || CASE WHEN r % 4 = 0 THEN 'failure' ELSE 'success' END
                        || '.usr.login":"user-' || h % 5000 || '"' ELSE '' END || '}}'
                WHEN type = 'sql' THEN
                    '{{"db.system.name":"postgresql","db.namespace":"shop","server.address":"db-' || query % 3
                    || '.internal","server.port":5432,"db.query.text":"' || resource || '","db.response.returned_rows":' || r % 100
                    || ',"component":"psycopg","thread.id":' || r % 16 || '}}'
                WHEN type = 'redis' THEN
                    '{{"db.system.name":"redis","server.address":"cache.internal","server.port":6379,"db.query.text":"GET user:?"'
                    || ',"component":"redis","thread.id":' || r % 16 || '}}'
                WHEN place = 5 THEN
                    '{{"http.request.method":"GET","url.full":"http://' || asked || '.internal/internal/' || endpoint
                    || '","server.address":"' || asked || '.internal","server.port":8080,"http.response.status_code":200,'
                    || '"component":"requests","thread.id":' || r % 16 || '}}'
                WHEN place >= 8 THEN
                    '{{"messaging.system":"celery","messaging.destination.name":"default","messaging.message.id":"' || md5(n::VARCHAR)
                    || '","component":"celery"}}'
                ELSE '{{"component":"jinja2","template.name":"' || resource || '"}}'
            END AS attributes
        FROM spans_of
    )
    SELECT
        number, begun + took + 1000000000, uuid_of(n), number, CASE WHEN parent < 0 THEN 0 ELSE n * {TRACE} + parent + 1 END,
        service, CASE WHEN h % 10 = 0 THEN 'staging' ELSE 'production' END, '1.' || length(owner) % 4, name, resource, type, kind,
        begun + place * took // 20, greatest(took * (10 - place) // 10 + r % 100000, 1000), is_error,
        CASE WHEN place IN (0, 6) THEN CASE WHEN is_error THEN '500' WHEN is_attack AND h % 3 = 0 THEN '403' ELSE '200' END ELSE '' END,
        is_attack, is_attack AND h % 3 = 0, attributes, '', '',
        CASE WHEN is_error THEN '{{"type":"' || ['ValueError', 'KeyError', 'TimeoutError', 'IntegrityError'][1 + endpoint % 4]
            || '","message":"no thing ' || r || ' in step ' || endpoint % 25 || '","stack":{json.dumps(STACK).replace("'", "''")}}}'
            ELSE '' END,
        CASE WHEN is_attack THEN '{FINDING.replace("'", "''")}' ELSE '' END,
        '{{"service.name":"' || owner || '","service.instance.id":"' || md5(owner || h % 4)
        || '","process.runtime.name":"CPython","process.runtime.version":"3.11.4","telemetry.sdk.language":"python","host.name":"node-'
        || h % 4 || '","process.pid":' || 100 + h % 4 || '}}'
    FROM told ORDER BY number
"""
LOGS = """
    INSERT INTO logs
    SELECT
        n, ?::UBIGINT + (n * ?::DOUBLE)::UBIGINT + 1000000000, ?::UBIGINT + (n * ?::DOUBLE)::UBIGINT, uuid_of(n), n * 10 + 1,
        'shop-' || hash(n) % 12, 5 + 4 * (hash(n) % 4), ['DEBUG', 'INFO', 'WARNING', 'ERROR'][1 + (hash(n) % 4)::INTEGER],
        'shop.views', 'order ' || hash(n) % 100000 || ' was looked at by user-' || hash(n) % 5000, '',
        '{"code.function":"show","code.lineno":' || hash(n) % 900 || '}', '{"service.name":"shop-' || hash(n) % 12 || '"}'
    FROM range(1, ?::BIGINT) AS numbers (n)
"""
METRICS = """
    INSERT INTO metrics
    SELECT
        n, ?::UBIGINT + (n * ?::DOUBLE)::UBIGINT + 1000000000, ?::UBIGINT + (n * ?::DOUBLE)::UBIGINT, 0, 'shop-' || n % 12,
        'process.metric.' || n % 40, 'gauge', hash(n) % 1000, 'By', 'Something of the process', '', false, '',
        '{"part":"' || n % 5 || '"}', '{"service.name":"shop-' || n % 12 || '"}'
    FROM range(1, ?::BIGINT) AS numbers (n)
"""
BIG_ROWS = """
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
"""
UUID = "CREATE OR REPLACE TEMP MACRO uuid_of(n) AS md5((n)::VARCHAR)::UUID"


def fill(folder: Path, spans: int) -> None:
    """Makes the database in `folder`, with that many spans of the last day."""
    database = Database(folder, memory_limit="2GB")
    cursor = database.cursor()
    begun, traces = time.time_ns() - DAY, spans // TRACE
    gap = DAY / traces
    cursor.execute(UUID)
    for first in range(0, traces, STEP // TRACE):
        cursor.execute(ROWS, [begun, gap, first, min(first + STEP // TRACE, traces)])
    now = time.time_ns() - 3_000_000_000
    cursor.execute(BIG_ROWS, [traces * TRACE, BIG, now, BIG_TRACE, now])
    for statement, share in ((LOGS, 1), (METRICS, 2)):
        number = traces // share
        cursor.execute(statement, [begun, DAY / number, begun, DAY / number, number])
    gather(cursor, 0)
    cursor.execute("CHECKPOINT")
    cursor.close()
    database.close()
