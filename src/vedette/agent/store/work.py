"""What kinds of work spans stand for, and whose: SQL over the columns of `spans`."""

from __future__ import annotations

STORES = (
    "sql",
    "redis",
    "valkey",
    "mongodb",
    "cassandra",
    "elasticsearch",
    "opensearch",
    "memcached",
    "dynamodb",
    "db",
)
"""Types of spans that are questions to a store of data."""
_STORES = ", ".join(f"'{name}'" for name in STORES)
# Datadog tracers of old send requests without a kind; those spans are of type `web` and begin their part of the trace.
REQUESTS = "(kind = 'server' OR (type = 'web' AND kind = '' AND parent_id = 0))"
QUERIES = f"(type IN ({_STORES}))"
# Commits and the like are of no type, but name the store.
# Attributes are looked at last: reading them costs more than all the rest.
OUTGOING = (
    f"(kind = 'client' AND type NOT IN ({_STORES}) AND "
    "(type <> '' OR (NOT contains(name, '.connection.') AND NOT contains(attributes, '\"db.system'))))"
)
JOBS = "((kind = 'consumer' AND type <> 'websocket') OR (type = 'worker' AND kind IN ('', 'internal')))"
# A process says the same with all its spans, which a pattern makes use of and reading JSON does not: 16 ms against 420
# for a million spans. Names with escapes are left to JSON.
OWNER = (
    "coalesce(nullif(CASE WHEN contains(process, '\\') THEN json_extract_string(process, '$.\"service.name\"') "
    'ELSE regexp_extract(process, \'"service.name": ?"([^"]*)"\', 1) END, \'\'), service)'
)
"""The service whose process made the span: a query belongs to who asks, whatever service the span is filed under."""
# Some tracers file calls of an HTTP client under a service named as the library; they are the application's own.
PLACE = f"(CASE WHEN kind = 'client' AND type NOT IN ({_STORES}) THEN {OWNER} ELSE service END)"
"""The service that a span counts for where services are listed and drawn."""
# One look at the JSON for all that is wanted of it: DuckDB finds that the expressions are the same.
_TOLD = (
    "json_extract_string(attributes, ['$.\"peer.service\"', '$.\"server.address\"', '$.\"server.port\"', "
    "'$.\"http.request.method\"'])"
)
PEER = f"coalesce({_TOLD}[1], {_TOLD}[2] || coalesce(':' || {_TOLD}[3], ''), service)"
METHOD = f"coalesce({_TOLD}[4], name)"
ENTRY = f"({REQUESTS} OR {JOBS})"
"""What begins a service's part of a trace."""
ENTRY_WORK = "(is_request OR is_job)"
"""The same of a row of `works`."""
