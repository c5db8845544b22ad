"""Who this process is: facts that go with every span."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vedette.settings import Settings


def inferred_service() -> str:
    """A service name for a process that was given none: the script's name, or what started the process."""
    program = sys.argv[0] if getattr(sys, "argv", None) else ""
    name = os.path.basename(program)
    if name in ("__main__.py", "__init__.py"):
        name = os.path.basename(os.path.dirname(program))
    name = name[:-3] if name.endswith(".py") else name
    return name if name and name not in ("-c", "-m") else "python"


def container_id() -> str:
    """The id of the container this process runs in, from its control groups; empty outside of containers."""
    try:
        with open("/proc/self/cgroup", encoding="ascii", errors="replace") as file:
            lines = file.read(65_536).splitlines()
    except OSError:
        return ""
    for line in lines:
        last = line.rpartition("/")[2].partition(".scope")[0].rpartition("-")[2]
        if len(last) == 64 and all(character in "0123456789abcdef" for character in last):
            return last
    return ""


def chunk_tags(settings: Settings) -> list[tuple[str, str]]:
    """Tags of the first span of every chunk: where the code came from, and what kind of process this is."""
    tags = []
    if settings.git_repository_url:
        tags.append(("_dd.git.repository_url", without_credentials(settings.git_repository_url)))
    if settings.git_commit_sha:
        tags.append(("_dd.git.commit.sha", settings.git_commit_sha))
    if settings.process_tags:
        tags.append(("_dd.tags.process", process_tags(settings.service)))
    return tags


def without_credentials(url: str) -> str:
    """A repository's URL without user information; `git@host:path` stays as it is."""
    scheme, separator, rest = url.partition("://")
    authority, slash, path = rest.partition("/")
    return f"{scheme}://{authority.rpartition('@')[2]}{slash}{path}" if separator else url


def process_tags(service: str | None) -> str:
    """The comma list of `_dd.tags.process`."""
    name = inferred_service()
    named = "svc.user:true" if service else f"svc.auto:{name}"
    return f"entrypoint.name:{name},entrypoint.type:script,{named}"
