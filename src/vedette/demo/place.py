"""Where the shop's services find each other and their data: environment variables, read at start."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

ORDERS_URL = os.environ.get("SHOP_ORDERS_URL", "http://127.0.0.1:5000")
REDIS_URL = os.environ.get("SHOP_REDIS_URL", "")
POSTGRES_DSN = os.environ.get("SHOP_POSTGRES_DSN", "")
DATA = Path(os.environ.get("SHOP_DATA") or Path(tempfile.gettempdir()) / "vedette-shop")
