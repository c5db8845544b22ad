"""Sign-ins and sign-ups: rows of their own beside the spans that tell of them, in the Datadog form of user events."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import duckdb

from vedette.agent.store.tables import SPANS

_EVENTS = (("success", "users.login.success"), ("failure", "users.login.failure"), ("signup", "users.signup"))
_MARK = "appsec.events.users."
_ATTRIBUTES = SPANS.columns.index("attributes")
_VALUES = ", ".join(f"('{event}', 'appsec.events.{name}.')" for event, name in _EVENTS)
_GATHER = f"""
    INSERT INTO sign_ins
    WITH told AS (
        SELECT
            seq, start, trace_id, env, event, attributes,
            coalesce(nullif(json_extract_string(process, '$."service.name"'), ''), service) AS service,
            json_extract_string(attributes, '$."' || prefix || 'usr.login"') AS login,
            coalesce(
                json_extract_string(attributes, '$."' || prefix || 'usr.id"'),
                CASE WHEN event = 'success' THEN json_extract_string(attributes, '$."user.id"') END
            ) AS user_id,
            json_extract_string(attributes, '$."' || prefix || 'usr.exists"') AS known
        FROM spans CROSS JOIN (VALUES {_VALUES}) AS kinds (event, prefix)
        WHERE seq >= ?::UBIGINT AND contains(attributes, '"' || prefix || 'track"')
    )
    SELECT
        seq, start, trace_id, service, env, event, coalesce(nullif(login, ''), user_id), coalesce(user_id, ''),
        coalesce(known, ''),
        coalesce(
            json_extract_string(attributes, '$."client.address"'),
            json_extract_string(attributes, '$."network.peer.address"'), ''
        )
    FROM told
    WHERE coalesce(nullif(login, ''), user_id) IS NOT NULL
"""
# Where no span is left, none of them may stay: the numbers begin anew with the next start.
_FORGET = f"DELETE FROM sign_ins WHERE seq < (SELECT coalesce(min(seq), {(1 << 64) - 1}) FROM spans)"


def may_be_in(rows: Sequence[tuple[Any, ...]]) -> bool:
    """Whether spans may tell of one; to look is a hundred times cheaper than to ask the database."""
    return any(_MARK in row[_ATTRIBUTES] for row in rows)


def gather(cursor: duckdb.DuckDBPyConnection, first: int) -> None:
    """Takes them from the spans that were stored from number `first` on."""
    cursor.execute(_GATHER, [first])


def forget(cursor: duckdb.DuckDBPyConnection) -> None:
    """Removes those whose spans are gone."""
    cursor.execute(_FORGET)
