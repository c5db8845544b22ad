"""`import vedette.auto` starts vedette with the settings of the environment."""
from __future__ import annotations

import vedette

vedette.start()
