"""Clients that speak Redis's protocol: a span per command, one per pipeline."""

from __future__ import annotations

from vedette._native import enclosing
from vedette.operations import Query

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any

    from vedette._native import Call

LONGEST_VALUE = 100
"""Characters of one argument that are told; a value may be megabytes."""
MOST_NAMES = 100
"""Commands of a pipeline that name the resource."""

READS = frozenset([
    "GET", "GETDEL", "GETEX", "GETRANGE", "MGET", "LINDEX", "LRANGE", "XRANGE", "XREAD", "XREVRANGE",
    "HGET", "HGETALL", "HKEYS", "HMGET", "HRANDFIELD", "HVALS", "SDIFF", "SINTER", "SMEMBERS", "SRANDMEMBER", "SUNION",
    "ZRANGE", "ZRANGEBYLEX", "ZRANGEBYSCORE", "ZREVRANGE", "ZREVRANGEBYSCORE",
])  # fmt: skip
"""Commands whose answer is counted as rows."""


class Commands:
    """The describers of one client library. `values` gives its options: `cmd_max_length`, `resource_only_command`."""

    def __init__(self, name: str, system: str, values: Callable[[], dict[str, Any]]) -> None:
        self._name = name
        self._system = system
        self._values = values

    def command(self, call: Call) -> Query:
        """A describer for `client.execute_command(*args)`."""
        args = call.args[1:]
        values = self._values()
        text = _cut(_line(args, values["cmd_max_length"]), values["cmd_max_length"])
        resource = name_of(args) if values["resource_only_command"] else text
        query = Query(self._name, self._system, resource, server(call.instance), type="redis")
        query.attributes = {"redis.args_length": len(args), "redis.raw_command": text}
        return query

    def pipeline(self, call: Call) -> Query | None:
        """A describer for `pipeline.execute()`; one without commands asks the server nothing."""
        commands = queued(call.instance)
        if not commands:
            return None
        values = self._values()
        text = told(commands, values["cmd_max_length"])
        resource = "\n".join(map(name_of, commands[:MOST_NAMES])) if values["resource_only_command"] else text
        query = Query(self._name, self._system, resource, server(call.instance), type="redis")
        query.attributes = {"redis.pipeline_length": len(commands), "redis.raw_command": text}
        return query


def counted(call: Call, answer: Any) -> None:
    """The answer to a command that reads: how much there was."""
    if call.operation.resource.partition(" ")[0].upper() in READS:
        call.operation.rows = rows(answer)


def rows(answer: Any) -> int:
    """Items of a collection that are there; of a single value, whether it is."""
    if isinstance(answer, (list, tuple, set)):
        return sum(item is not None for item in answer)
    if isinstance(answer, dict):
        return len(answer)
    return 0 if answer is None else 1


def routed(call: Call) -> None:
    """A cluster's client has chosen the node that it sends the command to (the last one, if it is sent on)."""
    query = enclosing(Query)
    node = call.arg(0, "target_node")
    if query is not None and query.attributes is not None:
        query.attributes = {**query.attributes, "server.address": node.host, "server.port": int(node.port)}


def name_of(args: Sequence[Any]) -> str:
    """The command's name."""
    return str(args[0]).partition(" ")[0].upper() if args else ""


def told(commands: Iterable[Sequence[Any]], most: int) -> str:
    """The commands as one would type them, a line each, cut to `most` characters in all."""
    lines: list[str] = []
    room = most
    for args in commands:
        line = _line(args, room)
        lines.append(line)
        room -= len(line) + 1
        if room <= 0:
            break
    return _cut("\n".join(lines), most)


def _line(args: Sequence[Any], room: int) -> str:
    pieces: list[str] = []
    for arg in args:
        piece = _piece(arg)
        pieces.append(piece)
        room -= len(piece) + 1
        if room < 0:
            break
    return " ".join(pieces)


def _piece(arg: Any) -> str:
    if isinstance(arg, (bytes, bytearray, memoryview)):
        return _cut(bytes(arg[: LONGEST_VALUE + 1]).decode("utf-8", "replace"), LONGEST_VALUE)
    return _cut(arg if isinstance(arg, str) else str(arg), LONGEST_VALUE)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[:most] + "..."


def queued(pipeline: Any) -> list[Sequence[Any]]:
    """The commands that wait in a pipeline, wherever this version keeps them."""
    holder = getattr(pipeline, "_execution_strategy", pipeline)
    for name in ("_command_queue", "command_stack", "_command_stack"):
        stack = getattr(holder, name, None)
        if stack:
            return [item[0] if isinstance(item, tuple) else item.args for item in stack]
    return []


def server(client: Any) -> dict[str, Any] | None:
    """What the client's pool says of its server; None for clusters, whose node is known later."""
    options = getattr(getattr(client, "connection_pool", None), "connection_kwargs", None)
    if options is None:
        return None
    return {
        "server.address": options.get("host") or options.get("path"),
        "server.port": options.get("port"),
        "out.redis_db": options.get("db") or 0,
        "redis.client_name": options.get("client_name"),
    }
