"""Which HTTP statuses count as errors, on the server's side and the client's."""

from __future__ import annotations

_MOST = 999


def _all(ranges: list[tuple[int, int]]) -> set[int]:
    return {status for low, high in ranges for status in range(max(low, 0), min(high, _MOST) + 1)}


_server = _all([(500, 599)])
_client = _all([(500, 599)])


def configure(server: list[tuple[int, int]], client: list[tuple[int, int]]) -> None:
    """Sets both lists of inclusive ranges (settings `http_server_error_statuses`, `http_client_error_statuses`)."""
    for statuses, ranges in ((_server, server), (_client, client)):
        statuses.clear()
        statuses.update(_all(ranges))


def server_errors(status: int) -> bool:
    """Whether a server span with this status failed."""
    return status in _server


def client_errors(status: int) -> bool:
    """Whether a client span with this status failed."""
    return status in _client
