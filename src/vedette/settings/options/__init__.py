"""The table of options: one row each, in files by topic."""

from __future__ import annotations

from vedette.settings.options import (
    agent,
    identity,
    integrations,
    propagation,
    protection,
    requests,
    sampling,
    sending,
    tracing,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vedette.settings.option import Option

TOPICS = (identity, agent, sending, tracing, sampling, propagation, requests, integrations, protection)

OPTIONS: dict[str, Option[Any]] = {row.name: row for topic in TOPICS for row in topic.OPTIONS}  # type: ignore[attr-defined]
