"""What `vedette doctor` may find: a page with a section for each code."""

from __future__ import annotations

from vedette.cli._doctor.finding import CATALOGUE

_HEAD = """# Troubleshooting

`vedette doctor` looks at this environment, `vedette doctor -- COMMAND` at what a command really instruments, and
`vedette doctor --pid PID` at a process that runs already. Each thing that it finds has a code, which never changes its
meaning; `--json` gives all of it to scripts, and the exit code is 1 if there are warnings or errors.
"""


def page() -> dict[str, str]:
    """The sections by code. GitHub makes anchors of headings, so that the code alone is one."""
    sections = [f"## {code}\n\n**{title}.** {advice}\n" for code, (title, advice) in sorted(CATALOGUE.items())]
    return {"docs/generated/troubleshooting.md": "\n".join([_HEAD, *sections])}
