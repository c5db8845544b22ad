"""Failed spans with the type and text of their failure: what only numbers and quoted texts differ in is one failure."""

from __future__ import annotations

from vedette.agent.store.work import OWNER

FAILED = f"""
    SELECT
        seq, start, trace_id, service, owner, env, name, resource, type, message,
        left(md5(concat_ws(
            chr(31), owner, type,
            left(regexp_replace(message, '0x[0-9a-fA-F]+|[0-9]+|''[^'']*''|"[^"]*"', '?', 'g'), 300)
        )), 16) AS fingerprint
    FROM (
        SELECT
            seq, start, trace_id, service, {OWNER} AS owner, env, name, resource,
            coalesce(
                nullif(json_extract_string(nullif(failure, ''), '$.type'), ''),
                nullif(json_extract_string(attributes, '$."error.type"'), ''),
                CASE WHEN status <> '' THEN 'Status ' || status ELSE 'Error' END
            ) AS type,
            coalesce(
                nullif(json_extract_string(nullif(failure, ''), '$.message'), ''),
                nullif(json_extract_string(attributes, '$."error.message"'), ''), 'in ' || resource
            ) AS message
        FROM spans
        -- What protection refused is an attack, and listed there.
        WHERE error AND seq > ?::UBIGINT AND seq <= ?::UBIGINT
            AND NOT contains(failure, 'vedette.operations.operation.Refusal')
    )
"""
"""Those among the spans of these numbers: beyond the first, up to the second."""
FAILURES = f"INSERT INTO failures {FAILED}"
