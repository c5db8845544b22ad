"""A backend of remote configuration that hands out what a test wants, and remembers what it was asked."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from vedette import _native

PATIENCE = 30.0
"""Seconds that a test waits for what has to happen."""


class Backend:
    """An agent at `url`, as far as remote configuration goes."""

    def __init__(self, key: bytes | None = None) -> None:
        self.key = key
        self.asked: list[dict[str, Any]] = []
        self.posted: dict[str, list[bytes]] = {}
        self.paths: list[str] = []
        self.endpoints = ["/v0.4/traces", "/v0.7/config"]
        self.status = 200
        self.answer: Callable[[dict[str, Any]], bytes] | None = None
        """What answers in place of the usual."""
        self._configs: dict[str, tuple[int, bytes]] = {}
        self._version = 0
        self._changed = threading.Condition()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        """Ends it."""
        self._server.shutdown()
        self._server.server_close()

    def put(self, product: str, identity: str, content: Any) -> str:
        """Hands out a configuration from now on; its path."""
        path = f"datadog/2/{product}/{identity}/config"
        raw = content if isinstance(content, bytes) else json.dumps(content).encode()
        with self._changed:
            self._version += 1
            self._configs[path] = (self._version, raw)
        return path

    def remove(self, path: str) -> None:
        """Hands it out no more."""
        with self._changed:
            self._version += 1
            self._configs.pop(path)

    def wait(self, condition: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
        """Waits for a question that fulfils a condition, from now on or the last one; gives it."""
        with self._changed:
            first = max(len(self.asked) - 1, 0)

            def found() -> dict[str, Any] | None:
                return next((question for question in self.asked[first:] if condition(question)), None)

            assert self._changed.wait_for(found, PATIENCE), f"not asked so: {self.asked[-1:]}"
            question = found()
            assert question is not None
            return question

    def state_of(self, path: str, state: int = 2) -> dict[str, Any]:
        """Waits until the client tells that the newest version of a configuration is in this state; what it says."""
        version = self._configs[path][0]
        product, identity = path.split("/")[2:4]

        def told(question: dict[str, Any]) -> dict[str, Any] | None:
            for config in question["client"]["state"]["config_states"]:
                if (config["product"], config["id"], config["version"]) == (product, identity, version):
                    return config if config["apply_state"] == state else None
            return None

        config = told(self.wait(told))
        assert config is not None
        return config

    def gone(self, path: str) -> None:
        """Waits until the client has it no more."""
        identity = path.split("/")[3]
        self.wait(lambda question: all(c["id"] != identity for c in question["client"]["state"]["config_states"]))

    def payload(self, question: dict[str, Any], **changed: Any) -> dict[str, Any]:
        """The usual answer; `changed` are other members of the signed part."""
        cached = {file["path"]: file["hashes"][0]["hash"] for file in question["cached_target_files"]}
        configs = dict(self._configs)
        signed = {
            "_type": "targets",
            "custom": {"opaque_backend_state": "c3RhdGU="},
            "expires": "2099-01-01T00:00:00Z",
            "spec_version": "1.0.0",
            "targets": {path: _target(version, raw) for path, (version, raw) in configs.items()},
            "version": self._version,
            **changed,
        }
        new = {path: raw for path, (_, raw) in configs.items() if cached.get(path) != hashlib.sha256(raw).hexdigest()}
        return {
            "targets": encoded(self.sign(signed)),
            "target_files": [{"path": path, "raw": encoded(raw)} for path, raw in new.items()],
            "client_configs": list(configs),
        }

    def sign(self, signed: dict[str, Any]) -> bytes:
        """A document with the signature of the key."""
        text = json.dumps(signed)
        signatures = [{"keyid": "k", "sig": _native.signed_json(self.key, text)}] if self.key else []
        return json.dumps({"signatures": signatures, "signed": signed}).encode()

    def _answer(self, path: str, body: bytes) -> tuple[int, bytes]:
        if path == "/info":
            return 200, json.dumps({"endpoints": self.endpoints}).encode()
        if path != "/v0.7/config":
            self.posted.setdefault(path, []).append(body)
            return 200, b"{}"
        question = json.loads(body)
        with self._changed:
            self.asked.append(question)
            self._changed.notify_all()
            answer = self.answer(question) if self.answer else json.dumps(self.payload(question)).encode()
            return self.status, answer

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        backend = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                backend.paths.append(self.path)
                status, content = backend._answer(self.path, body)
                self.send_response(status)
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PUT = answer

            def log_message(self, *_: Any) -> None:
                pass

        return Handler


def encoded(content: bytes) -> str:
    """Base64."""
    return base64.b64encode(content).decode()


def _target(version: int, raw: bytes) -> dict[str, Any]:
    return {"custom": {"v": version}, "hashes": {"sha256": hashlib.sha256(raw).hexdigest()}, "length": len(raw)}
