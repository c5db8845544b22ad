"""Flares: what a tracer tells of itself when somebody asks (`/tracer_flare/v1`), kept until newer ones push it out.

A flare is a form (RFC 7578) with a zip in it. The zip is handed on as it came, and never opened here.
"""

from __future__ import annotations

import io
import re
import threading
import time
import zipfile
from collections import deque
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from vedette.agent.receive.bodies import Refused
from vedette.agent.receive.datadog import refusal
from vedette.agent.receive.intake import Intake

PATH = "/tracer_flare/v1"
MOST = 20
"""Flares that are kept."""
MOST_BYTES = 32 << 20
"""Bytes of all of them."""
LARGEST = 8 << 20
"""Bytes of one."""
LONGEST = 200
"""Characters of what is said about one."""
NAME = re.compile(rb'form-data;[^\r\n]*?\bname="([^"\r\n]*)"', re.IGNORECASE)
FILE = re.compile(rb'\bfilename="([^"\r\n]*)"', re.IGNORECASE)


class Flare(NamedTuple):
    """One flare."""

    id: int
    case: str
    host: str
    asker: str
    name: str
    """Of its file; it says which process sent it, where that is one of vedette."""
    received: int
    """Nanoseconds since the epoch."""
    content: bytes
    """The zip."""


class Flares:
    """The latest ones. For any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: deque[Flare] = deque()
        self._next = 1

    def take(self, content_type: str, body: bytes) -> Flare:
        """Keeps the flare in a form. Raises ValueError for what is none."""
        fields, name, content = form(content_type, body)
        if len(content) > LARGEST:
            raise ValueError(f"the flare is larger than {LARGEST} bytes")
        if not zipfile.is_zipfile(io.BytesIO(content)):
            raise ValueError("flare_file is no zip")
        case, host, asker = (fields.get(field, "") for field in ("case_id", "hostname", "email"))
        with self._lock:
            flare = Flare(self._next, case, host, asker, _plain(name) or "flare.zip", time.time_ns(), content)
            self._next += 1
            self._kept.append(flare)
            while len(self._kept) > MOST or sum(len(one.content) for one in self._kept) > MOST_BYTES:
                self._kept.popleft()
        return flare

    def all(self) -> list[Flare]:
        """Those that are kept, the newest first."""
        with self._lock:
            return list(reversed(self._kept))

    def find(self, number: int) -> Flare | None:
        """The one of that number, if it is still kept."""
        return next((one for one in self.all() if one.id == number), None)


def routes(flares: Flares, intake: Intake) -> list[Route]:
    """The route that tracers send them to."""

    async def take(request: Request) -> Response:
        try:
            body = await intake.plain(request, "flare")
        except Refused as refused:
            return refusal(refused)
        try:
            flares.take(request.headers.get("content-type", ""), body)
        except ValueError as error:
            intake.counters.add("dropped.bad_flare")
            return JSONResponse({"error": str(error)}, 400)
        return JSONResponse({})

    return [Route(PATH, take, methods=["POST"])]


def form(content_type: str, body: bytes) -> tuple[dict[str, str], str, bytes]:
    """Fields of a form, and name and content of its file. Raises ValueError for another form."""
    found = re.search(r'multipart/form-data;.*?boundary="?([^";,\s]{1,70})', content_type, re.IGNORECASE)
    if found is None:
        raise ValueError("expected multipart/form-data with a boundary")
    fields: dict[str, str] = {}
    file: tuple[str, bytes] | None = None
    for part in (b"\r\n" + body).split(b"\r\n--" + found[1].encode("ascii", "replace"))[1:]:
        head, blank, content = part.partition(b"\r\n\r\n")
        name = NAME.search(head)
        if not blank or name is None:
            continue
        if name[1] == b"flare_file":
            given = FILE.search(head)
            file = (_text(given[1]) if given else "", content)
        elif len(fields) < MOST:
            fields[_text(name[1])] = _text(content)
    if file is None:
        raise ValueError("there is no flare_file in it")
    return fields, *file


def _text(content: bytes) -> str:
    text = content[: 4 * LONGEST].decode("utf-8", "replace")
    return "".join(letter for letter in text if letter.isprintable())[:LONGEST]


def _plain(name: str) -> str:
    """A name that any file system takes, and that leads nowhere else."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip(".-")
