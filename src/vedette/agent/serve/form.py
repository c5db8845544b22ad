"""Forms that pages send, and other bodies of changes: read within bounds."""

from __future__ import annotations

from urllib.parse import parse_qsl

from starlette.requests import Request

MOST_BYTES = 32 << 20
"""Of a body: a hundred thousand entries of a list have room."""


class TooLarge(ValueError):
    """A body that is not read; the text says how large it may be."""


async def body_of(request: Request) -> bytes:
    """A body. Raises TooLarge."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            raise TooLarge(f"a body may have {MOST_BYTES:,} bytes")
    return bytes(body)


async def form_of(request: Request) -> dict[str, str]:
    """The fields of a form (`application/x-www-form-urlencoded`); of several of one name the last. Raises TooLarge."""
    text = (await body_of(request)).decode("utf-8", "replace")
    return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=100))
