"""AGENT_CONFIG and AGENT_TASK: a flare, which is what somebody who helps from afar wants to see of this process.

A task asks for it by the number of a case. What is sent to the agent is a zip of the settings (secrets masked), what
was sent and dropped, and the log of vedette since a configuration raised its level.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vedette._native import RemoteConfig

PATH = "/tracer_flare/v1"
LEVELS = ("debug", "info", "warn", "warning", "error", "critical", "trace", "off")
_BOUNDARY = "vedette-flare-7d1f0a3c5e9b"


class Task:
    """A flare that is asked for: `case_id`, `hostname`, `user_handle`, `uuid` of who asks, `path` of what asks."""

    __slots__ = ("args", "path", "uuid")

    def __init__(self, path: str, uuid: str, args: dict[str, str]) -> None:
        self.path = path
        self.uuid = uuid
        self.args = args

    @property
    def key(self) -> tuple[str, str]:
        """What makes it the same task when it comes again."""
        return self.uuid, self.args["case_id"]


def parse_task(config: RemoteConfig) -> Task | None:
    """The flare that a task asks for; None for tasks of other kinds. Raises ValueError where its case is missing."""
    value = config.value()
    if not isinstance(value, dict):
        raise ValueError("expected an object")
    if value.get("task_type") != "tracer_flare":
        return None
    args = value.get("args")
    if not isinstance(args, dict) or not str(args.get("case_id") or "").strip():
        raise ValueError("args.case_id is missing")
    return Task(config.path, str(value.get("uuid") or ""), {str(name): str(given) for name, given in args.items()})


def parse_level(config: RemoteConfig) -> str | None:
    """The level of the log that a configuration asks for; None where it says nothing of it."""
    value = config.value()
    if not isinstance(value, dict):
        raise ValueError("expected an object")
    inner = value.get("config")
    level = inner.get("log_level") if isinstance(inner, dict) else None
    if level is None:
        return None
    if str(level).lower() not in LEVELS:
        raise ValueError(f"log_level: unknown level {str(level)[:40]!r}")
    return str(level).lower()


def multipart(task: Task, archive: bytes, sender: str) -> tuple[str, bytes]:
    """Content type and body of the form that the agent takes (RFC 7578); `sender` becomes part of the file's name."""
    fields = {
        "source": "tracer_python",
        "case_id": task.args["case_id"],
        "hostname": task.args.get("hostname", ""),
        "email": task.args.get("user_handle", ""),
        "uuid": task.uuid,
    }
    parts = [_part(f'name="{name}"', value.encode()) for name, value in fields.items()]
    name = f"tracer-python-{_plain(task.args['case_id'])}-{_plain(sender)}-debug.zip"
    file = f'name="flare_file"; filename="{name}"\r\nContent-Type: application/octet-stream'
    parts.append(_part(file, archive))
    return f"multipart/form-data; boundary={_BOUNDARY}", b"".join(parts) + f"--{_BOUNDARY}--\r\n".encode()


def _part(disposition: str, content: bytes) -> bytes:
    head = f"--{_BOUNDARY}\r\nContent-Disposition: form-data; {disposition}\r\n\r\n"
    return head.encode() + content + b"\r\n"


def _plain(text: str) -> str:
    return "".join(letter if letter.isalnum() and letter.isascii() else "-" for letter in text[:60])


def archive(files: dict[str, Any]) -> bytes:
    """A zip of JSON files by name."""
    import io  # all three only where somebody asks for a flare
    import json
    import zipfile

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in files.items():
            text = content if isinstance(content, str) else json.dumps(content, indent=1, default=str)
            zipped.writestr(name, text)
    return buffer.getvalue()
