"""Let a coding assistant ask the embedded agent: a server of the Model Context Protocol on standard input and output.

Runs until its input ends. Exit code 0 after that, 2 for wrong options, 3 if packages are missing (the protocol's
package needs Python 3.10 or newer).
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
from pathlib import Path

OLDEST = (3, 10)
"""What the package `mcp` runs on."""


def main(arguments: list[str]) -> int:
    """Serve until the input ends; returns the exit code."""
    given = parser().parse_args(arguments)
    if sys.version_info < OLDEST:
        print("vedette mcp needs Python 3.10 or newer, as the package mcp does; all else runs on 3.9", file=sys.stderr)
        return 3
    if importlib.util.find_spec("mcp") is None:
        print("vedette mcp needs the package mcp: pip install 'vedette[mcp]'", file=sys.stderr)
        return 3
    # Here, because they need what was looked for above.
    from vedette.agent.client import Client
    from vedette.agent.mcp.server import server
    from vedette.agent.options import default_data_folder

    folder = given.data or default_data_folder()
    server(Client(given.url) if given.url else Client.of_folder(folder)).run("stdio")
    return 0


def parser() -> argparse.ArgumentParser:
    """The command's options."""
    made = argparse.ArgumentParser(prog="vedette mcp", description=(__doc__ or "").split("\n\n")[0])
    made.add_argument("--url", help="address of the agent (default: the one that runs on the data folder)")
    made.add_argument("--data", type=Path, metavar="DIR", help="data folder of the agent, if it is not the usual one")
    return made
