"""The table of options: one row each, in files by topic."""

from __future__ import annotations

from vedette.settings.options import (
    api_security,
    application,
    integrations,
    propagation,
    protection,
    remote,
    requests,
    sampling,
    sending,
    telemetry,
    users,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vedette.settings.option import Option

TOPICS = (
    application,
    sending,
    sampling,
    propagation,
    requests,
    integrations,
    protection,
    api_security,
    users,
    remote,
    telemetry,
)

OPTIONS: dict[str, Option[Any]] = {row.name: row for topic in TOPICS for row in topic.OPTIONS}
