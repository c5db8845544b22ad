"""Which HTTP statuses count as errors, on the server's side and the client's."""
from __future__ import annotations

_server: list[tuple[int, int]] = [(500, 599)]
_client: list[tuple[int, int]] = [(500, 599)]


def configure(server: list[tuple[int, int]], client: list[tuple[int, int]]) -> None:
    """Sets both lists of inclusive ranges (settings `http_server_error_statuses`, `http_client_error_statuses`)."""
    _server[:] = server
    _client[:] = client


def server_errors(status: int) -> bool:
    """Whether a server span with this status failed."""
    return any(low <= status <= high for low, high in _server)


def client_errors(status: int) -> bool:
    """Whether a client span with this status failed."""
    return any(low <= status <= high for low, high in _client)
