"""aiosqlite: runs sqlite3 in a thread, whose spans descend from what awaits them. No spans of its own."""

from __future__ import annotations

from vedette.instrument import Around, Integration
from vedette.instrument.families import carrying

integration = Integration(
    "aiosqlite",
    title="aiosqlite",
    distribution="aiosqlite",
    modules=["aiosqlite"],
    floor="0.17.0",
    tested=["0.17.0", "0.19.0", "0.20.0", "latest"],
    docs="https://aiosqlite.omnilib.dev",
    conventions="database",
    component="sqlite",
    service="sqlite",
    protection=["sql-injection"],
    hooks=[Around("aiosqlite.core:Connection._execute", carrying.argument(1))],
    notes="Its spans are those of sqlite3, which must be on as well.",
)
