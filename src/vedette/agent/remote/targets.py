"""The answer to a client's question: the list of targets, signed, and the files that it does not have yet."""

from __future__ import annotations

import base64
import hashlib
import time
from typing import Any, NamedTuple

from vedette.agent.remote.compose import Config
from vedette.agent.remote.key import Key

DAY = 86_400


class Target(NamedTuple):
    """A configuration with its address, version and hash."""

    path: str
    product: str
    id: str
    version: int
    hash: str
    content: bytes


def target_of(config: Config, version: int) -> Target:
    """A configuration as a target of that version."""
    path = f"datadog/1/{config.product}/{config.id}/config"
    return Target(path, config.product, config.id, version, hashlib.sha256(config.content).hexdigest(), config.content)


def answer(targets: list[Target], version: int, key: Key, cached: dict[str, str], root: bool) -> dict[str, Any]:
    """What a client gets; `cached` is what it has, by path with the hash."""
    document = {
        "_type": "targets",
        "custom": {"opaque_backend_state": base64.b64encode(str(version).encode()).decode()},
        "expires": _time(DAY),
        "spec_version": "1.0.0",
        "targets": {target.path: _described(target) for target in targets},
        "version": version,
    }
    files = [{"path": one.path, "raw": _base64(one.content)} for one in targets if cached.get(one.path) != one.hash]
    return {
        "roots": [_base64(key.signed(_root(key)))] if root else [],
        "targets": _base64(key.signed(document)),
        "target_files": files,
        "client_configs": [target.path for target in targets],
    }


def _described(target: Target) -> dict[str, Any]:
    return {"custom": {"v": target.version}, "hashes": {"sha256": target.hash}, "length": len(target.content)}


def _root(key: Key) -> dict[str, Any]:
    role = {"keyids": [key.public], "threshold": 1}
    return {
        "_type": "root",
        "consistent_snapshot": True,
        "expires": _time(3_650 * DAY),
        "keys": {key.public: {"keytype": "ed25519", "scheme": "ed25519", "keyval": {"public": key.public}}},
        "roles": dict.fromkeys(("root", "targets", "snapshot", "timestamp"), role),
        "spec_version": "1.0.0",
        "version": 1,
    }


def _time(ahead: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + ahead))


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()
