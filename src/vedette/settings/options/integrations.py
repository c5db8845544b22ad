"""Which libraries are instrumented, and the correlation of logs."""

from __future__ import annotations

from vedette.settings.forms import SWITCHES
from vedette.settings.kinds import BOOLEAN, choice
from vedette.settings.option import Alias, Option

OPTIONS = (
    Option(
        "integrations",
        SWITCHES,
        {},
        ("DD_PATCH_MODULES",),
        "Integrations on or off by name, `*` for all that are not named; a file has a table for the options of each.",
    ),
    Option(
        "logs_injection",
        BOOLEAN,
        True,
        (Alias("DD_LOGS_INJECTION", lambda text, _environ: True if text.strip().lower() == "structured" else text),),
        "Whether log records carry the ids of the active trace and span.",
        live=True,
    ),
    Option(
        "dbm_propagation_mode",
        choice("disabled", "service", "full"),
        "disabled",
        ("DD_DBM_PROPAGATION_MODE",),
        "Whether statements carry a comment for the monitoring of databases (PostgreSQL, MySQL, MariaDB): the name of "
        "the service, with `full` also the trace.",
    ),
)
