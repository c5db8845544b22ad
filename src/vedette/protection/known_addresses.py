"""The addresses that rules may look at: what somebody in vedette tells of."""

from __future__ import annotations

from vedette.protection import addresses

_OF_MODULE = {value for name, value in vars(addresses).items() if name.isupper() and isinstance(value, str)}

KNOWN_ADDRESSES: frozenset[str] = frozenset(_OF_MODULE) | {
    "graphql.server.all_resolvers",
    "grpc.server.request.message",
    "server.db.document",
    "server.db.statement",
    "server.db.system",
    "server.io.fs.file",
    "server.io.net.connection",
    "server.io.net.redirect",
    "server.io.net.url",
    "server.response.body",
    "server.sys.exec.cmd",
    "server.sys.shell.cmd",
    "usr.id",
    "usr.login",
    "usr.session_id",
}
"""Names of the public event-rule schema."""
