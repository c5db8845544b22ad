"""A folder with a million stored spans, made in seconds: a day of a shop's traffic, for measuring how it is read.

The rows are those that the agent would have stored: twelve services, 120 endpoints and 400 statements of very
different frequency, calls between services, jobs, errors with stacks, attacks with findings, sign-ins, logs, metrics.
The same number of spans gives the same rows, but for the day, which is the last one.
"""

from __future__ import annotations

import json
import time
from pathlib import Path

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
STACK = "".join(
    f'  File "/srv/shop/views/part_{n}.py", line {n * 17}, in step_{n}\n    step_{n + 1}()\n' for n in range(12)
)
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
UUID = "CREATE OR REPLACE TEMP MACRO uuid_of(n) AS md5((n)::VARCHAR)::UUID"


def fill(folder: Path, spans: int) -> None:
    """Makes the database in `folder`, with that many spans of the last day."""
    database = Database(folder, memory_limit="2GB")
    cursor = database.cursor()
    begun, traces = time.time_ns() - DAY, spans // TRACE
    gap = DAY / traces
    cursor.execute(UUID)
    stack, finding = (json.dumps(STACK), FINDING)
    spans_of_traces = text("spans").replace("{stack}", quoted(stack)).replace("{finding}", quoted(finding))
    for first in range(0, traces, STEP // TRACE):
        cursor.execute(spans_of_traces, [begun, gap, first, min(first + STEP // TRACE, traces)])
    now = time.time_ns() - 3_000_000_000
    cursor.execute(text("big_trace"), [traces * TRACE, BIG, now, BIG_TRACE, now])
    for name, share in (("logs", 1), ("metrics", 2)):
        number = traces // share
        cursor.execute(text(name), [begun, DAY / number, begun, DAY / number, number])
    gather(cursor, 0)
    while database.rollups.catch_up(cursor, traces * TRACE + BIG):
        pass
    database.rollups.merge(cursor)
    cursor.execute("CHECKPOINT")
    cursor.close()
    database.close()


def text(name: str) -> str:
    """The statement of `rows/<name>.sql`."""
    return (Path(__file__).parent / "rows" / f"{name}.sql").read_text(encoding="utf-8")


def quoted(value: str) -> str:
    """A text within the quotes of SQL."""
    return value.replace("'", "''")
