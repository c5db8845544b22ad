"""Puts the sources together, in their order of precedence."""

from __future__ import annotations

from os import environ as process_environ
from os import stat
from os.path import join

from vedette.settings.collect import Collection, own_variables
from vedette.settings.options import OPTIONS
from vedette.settings.origin import CODE, FILE, FLEET_STABLE, LOCAL_STABLE
from vedette.settings.settings import Settings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection as Names
    from collections.abc import Mapping

_PROJECT_FILES = ("vedette.toml", "pyproject.toml")


def load(
    code: Mapping[str, object] | None = None,
    environ: Mapping[str, str] | None = None,
    directory: str | None = None,
    *,
    integrations: Mapping[str, Names[str]] | None = None,
    agent_directory: str | None = None,
) -> Settings:
    """Reads the configuration. Never raises for what stands in it: see `Settings.problems`.

    `code` are options by name (`None` means not given), `environ` the environment (the process's own if not given),
    `directory` where `vedette.toml` and `pyproject.toml` are looked for (the working directory if not given),
    `integrations` the names of all integrations, each with the variables of its own options: with it, names that
    no integration reads are reported as unknown; without it, names that may belong to one are taken as known.
    `agent_directory` is the Datadog Agent's configuration folder, if not the usual one.
    """
    variables = own_variables(process_environ if environ is None else environ)
    found = Collection()
    if code:
        found.table(code, "code", CODE)
    found.variables(variables, "env_var")
    _project_file(found, directory)
    _agent_files(found, agent_directory)
    return Settings(found, variables, integrations)


def _exists(path: str) -> bool:
    try:
        stat(path)
    except (OSError, ValueError):
        return False
    return True


def _project_file(found: Collection, directory: str | None) -> None:
    paths = [name if directory is None else join(directory, name) for name in _PROJECT_FILES]
    present = [path for path in paths if _exists(path)]
    if present:
        from vedette.settings.project_file import read  # most processes start where there is no such file

        table, path = read(present, found.problems)
        found.table(table, "file", FILE, path + ": ")


def _agent_files(found: Collection, directory: str | None) -> None:
    from vedette.settings.stable_paths import stable_paths  # only where such files are looked for

    for path, source, rank in zip(
        stable_paths(directory), ("local_stable_config", "fleet_stable_config"), (LOCAL_STABLE, FLEET_STABLE)
    ):
        if _exists(path):
            from vedette.settings.stable_file import read  # only on hosts with a Datadog Agent

            variables, config_id = read(path, found.problems)
            found.variables(variables, source, rank, config_id)


__all__ = ["OPTIONS", "load"]
