"""Installs the libraries that have no wheels, each by itself: `python tools/compiled.py`.

What can't be compiled for want of headers is told, and its tests are skipped; in CI that is a failure.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "requirements"


def main() -> int:
    """Installs one after the other; 1 if one failed in CI."""
    lines = (FOLDER / "compiled.txt").read_text(encoding="utf-8").splitlines()
    failed = [line for line in lines if line and not line.startswith("#") and not installed(line)]
    if failed:
        print(f"make: could not compile {', '.join(failed)}, whose tests will be skipped; the headers come with")
        print("make: the Debian packages that `python tools/services.py install` installs")
    return 1 if failed and os.environ.get("CI") == "true" else 0


def installed(requirement: str) -> bool:
    """Installs one library, with the version of the lock."""
    options = ["--quiet", "--python", sys.executable, "--constraint", str(FOLDER / "lock.txt")]
    command = [sys.executable, "-m", "uv", "pip", "install", *options, requirement]
    return subprocess.run(command, check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
