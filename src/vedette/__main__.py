"""`python -m vedette` is the command `vedette`."""

from __future__ import annotations

from vedette.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
