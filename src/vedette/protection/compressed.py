"""Bodies that came compressed: their beginning, unpacked as far as bodies are inspected."""

from __future__ import annotations

LIMIT = "limit"
COMPRESSED = "compressed"
_MOST_LAYERS = 3


def unpacked(encodings: str, body: bytes, most: int) -> tuple[bytes, str | None]:
    """At most `most` bytes of what a body says without its content encodings (RFC 9110, section 8.4), and why that is
    not all of it: there is more (`limit`), or it can't be unpacked (`compressed`).

    A bomb costs no more than `most` bytes: nothing beyond is unpacked.
    """
    names = [name.strip().lower() for name in encodings.split(",") if name.strip().lower() not in ("", "identity")]
    reason = None
    if len(names) > _MOST_LAYERS:
        return body, COMPRESSED
    for name in reversed(names):
        content, more = _unpacked(name, body, most)
        if content is None:
            return body, COMPRESSED
        body, reason = content, more or reason
    return body, reason


def _unpacked(name: str, body: bytes, most: int) -> tuple[bytes | None, str | None]:
    import zlib  # only where somebody sends such a body

    if name not in ("gzip", "x-gzip", "deflate"):
        return None, COMPRESSED
    # Deflate means zlib's format, and some send it bare.
    windows = (zlib.MAX_WBITS | 16,) if name != "deflate" else (zlib.MAX_WBITS, -zlib.MAX_WBITS)
    for window in windows:
        reader = zlib.decompressobj(window)
        try:
            content = reader.decompress(body, most + 1)
        except zlib.error:
            continue
        return content[:most], LIMIT if len(content) > most or not reader.eof else None
    return None, COMPRESSED
