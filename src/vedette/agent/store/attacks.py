"""Spans with findings of protection, whatever sent them: rows of their own beside the spans."""

from __future__ import annotations

from vedette.agent.store.work import OWNER

ATTACKED = f"""
    SELECT
        seq, trace_id, span_id, service, {OWNER} AS owner, env, name, resource, start, duration, status, blocked,
        attributes, structures, events
    FROM spans
    WHERE attack AND seq > ?::UBIGINT AND seq <= ?::UBIGINT
"""
"""Those among the spans of these numbers: beyond the first, up to the second."""
ATTACKS = f"INSERT INTO attacks {ATTACKED}"
