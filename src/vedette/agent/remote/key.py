"""The key that signs what is handed out: made with the first agent of a data folder, and kept there."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
from pathlib import Path
from typing import Any

from vedette import _native

FILE = "remote.key"
BYTES = 32


class Key:
    """An Ed25519 key."""

    def __init__(self, seed: bytes) -> None:
        self._seed = seed
        self.public = _native.public_key(seed)
        """In hexadecimal digits: what `VEDETTE_REMOTE_CONFIGURATION_KEYS` takes."""

    def signed(self, document: dict[str, Any]) -> bytes:
        """A document with its signature, as The Update Framework has them."""
        signature = _native.signed_json(self._seed, json.dumps(document))
        return json.dumps({"signatures": [{"keyid": self.public, "sig": signature}], "signed": document}).encode()


def key_of(folder: Path | None) -> Key:
    """The key of a data folder; in memory, one for this process. One that can't be read is made anew."""
    if folder is None:
        return Key(secrets.token_bytes(BYTES))
    path = folder / FILE
    with contextlib.suppress(OSError, ValueError):
        return Key(bytes.fromhex(path.read_text(encoding="ascii").strip()))
    seed = secrets.token_bytes(BYTES)
    with contextlib.suppress(OSError), open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(seed.hex() + "\n")
    return Key(seed)
