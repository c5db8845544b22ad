"""Somebody else's sitecustomize, which leaves a sign that it ran."""

import sys

sys.other_sitecustomize = "ran"  # type: ignore[attr-defined]
