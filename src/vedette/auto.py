"""`import vedette.auto` starts vedette with the settings of the environment."""

from __future__ import annotations

import vedette
from vedette.settings import load

# Off means off: the engine is not even imported.
if load().enabled:
    vedette.start()
