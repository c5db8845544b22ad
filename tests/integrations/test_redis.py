"""Redis: commands and pipelines, synchronous and asynchronous, of one server and of a cluster."""

from __future__ import annotations

import asyncio
import importlib
import inspect
import pickle
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import redis
import redis.exceptions

import vedette
from tests.integrations.made import Spans
from tests.services.redis import Redis, RedisCluster

NEW = tuple(map(int, redis.__version__.split(".")[:2])) >= (4, 3)
new = pytest.mark.skipif(not NEW, reason="asynchronous clients came with 4.2, their clusters with 4.3")


@pytest.fixture
def client(redis_server: Redis) -> Iterator[Any]:
    redis_server.flush()
    client = redis.Redis(port=redis_server.port, host=redis_server.host, db=2)
    client.ping()
    yield client
    client.connection_pool.disconnect()


@pytest.fixture
async def asynchronous(redis_server: Redis) -> AsyncIterator[Any]:
    redis_server.flush()
    library = importlib.import_module("redis.asyncio")
    async with library.Redis(port=redis_server.port, host=redis_server.host, db=2) as client:
        await client.ping()
        yield client


@pytest.fixture
def spans(spans: Spans, client: Any) -> Spans:
    """Without what the client's first connection asks."""
    spans()
    return spans


def expected(server: Redis, command: str, length: int | None = None, **more: Any) -> dict[str, Any]:
    """The span of a command, or with `length` of a pipeline."""
    lines = command.split("\n")
    count = {"redis.pipeline_length": length} if length else {"redis.args_length": len(command.split(" "))}
    attributes = {
        "component": "redis",
        "db.system.name": "redis",
        "server.address": server.host,
        "server.port": server.port,
        "out.redis_db": 2,
        "redis.raw_command": command,
        **count,
    }
    rows = more.pop("rows", None)
    if rows is not None:
        attributes["db.response.returned_rows"] = rows
    resource = "\n".join(line.split(" ")[0] for line in lines)
    span = {"name": "redis.command", "resource": resource, "service": "redis", "type": "redis", "kind": "client"}
    return {**span, **more, "attributes": attributes}


def test_a_command_is_one_span(client: Any, redis_server: Redis, spans: Spans) -> None:
    with vedette.tracer.span("work"):
        assert client.set("a", "1") is True
    assert spans()[1:] == [expected(redis_server, "SET a 1", parent="work")]


def test_reads_count_what_they_found(client: Any, redis_server: Redis, spans: Spans) -> None:
    client.set("a", "1")
    client.rpush("list", "x", "y")
    spans()
    assert (client.get("a"), client.get("b")) == (b"1", None)
    assert client.mget("a", "b") == [b"1", None]
    assert client.lrange("list", 0, -1) == [b"x", b"y"]
    assert spans() == [
        expected(redis_server, "GET a", rows=1),
        expected(redis_server, "GET b", rows=0),
        expected(redis_server, "MGET a b", rows=1),
        expected(redis_server, "LRANGE list 0 -1", rows=2),
    ]


def test_errors_are_the_librarys_own(client: Any, redis_server: Redis, spans: Spans) -> None:
    client.set("a", "1")
    spans()
    with pytest.raises(redis.exceptions.ResponseError, match="WRONGTYPE") as caught:
        client.lpush("a", "2")
    failure = ("redis.exceptions.ResponseError", str(caught.value))
    assert spans() == [expected(redis_server, "LPUSH a 2", error=True, failure=failure)]


def test_a_server_that_is_away(spans: Spans) -> None:
    client = redis.Redis(port=1)
    with pytest.raises(redis.exceptions.ConnectionError):
        client.get("a")
    span = spans()[-1]
    assert (span["resource"], span["error"], span["attributes"]["server.port"]) == ("GET", True, 1)


def test_a_pipeline_is_one_span(client: Any, redis_server: Redis, spans: Spans) -> None:
    pipeline = client.pipeline()
    pipeline.set("a", "1")
    pipeline.get("a")
    assert spans() == []
    assert pipeline.execute() == [True, b"1"]
    assert spans() == [expected(redis_server, "SET a 1\nGET a", 2)]
    assert pipeline.execute() == []
    assert spans() == []


def test_a_pipeline_that_watches(client: Any, redis_server: Redis, spans: Spans) -> None:
    with client.pipeline() as pipeline:
        pipeline.watch("a")
        assert pipeline.get("a") is None
        pipeline.multi()
        pipeline.set("a", "1")
        assert pipeline.execute() == [True]
    assert spans() == [
        expected(redis_server, "WATCH a"),
        expected(redis_server, "GET a", rows=0),
        expected(redis_server, "SET a 1", 1),
    ]


def test_long_values_are_cut(client: Any, redis_server: Redis, spans: Spans, option: Any) -> None:
    client.set("a", b"\xff" + b"x" * 1_000_000)
    assert spans.one()["attributes"]["redis.raw_command"] == "SET a \ufffd" + "x" * 99 + "..."
    option("redis", cmd_max_length=12)
    client.set("abcdefghijkl", "m")
    assert spans.one()["attributes"]["redis.raw_command"] == "SET abcdefgh..."


def test_the_whole_command_as_resource(client: Any, spans: Spans, option: Any) -> None:
    option("redis", resource_only_command=False)
    client.get("a")
    span = spans.one()
    assert (span["resource"], span["attributes"]["db.response.returned_rows"]) == ("GET a", 0)


def test_the_library_looks_as_before(client: Any) -> None:
    assert inspect.isfunction(redis.Redis.execute_command)
    assert type(client) is redis.Redis
    assert pickle.loads(pickle.dumps(redis.Redis.execute_command)) is redis.Redis.execute_command
    if NEW:
        client = importlib.import_module("redis.asyncio.client")
        assert inspect.iscoroutinefunction(client.Redis.execute_command)
        assert not inspect.iscoroutinefunction(client.Pipeline.execute_command)


@new
async def test_asynchronous_commands(asynchronous: Any, redis_server: Redis, spans: Spans) -> None:
    spans()
    with vedette.tracer.span("work"):
        await asyncio.gather(*(asynchronous.set(f"k{n}", n) for n in range(3)))
    assert await asynchronous.get("k1") == b"1"
    with pytest.raises(redis.exceptions.ResponseError):
        await asynchronous.lpush("k1", "x")
    made = spans()
    assert made[1:4] == [expected(redis_server, f"SET k{n} {n}", parent="work") for n in range(3)]
    assert made[4] == expected(redis_server, "GET k1", rows=1)
    assert (made[5]["resource"], made[5]["error"]) == ("LPUSH", True)
    assert vedette.current_span() is None


@new
async def test_asynchronous_pipelines(asynchronous: Any, redis_server: Redis, spans: Spans) -> None:
    spans()
    async with asynchronous.pipeline() as pipeline:
        assert await pipeline.set("a", "1").get("a").execute() == [True, b"1"]
        await pipeline.watch("a")
        assert await pipeline.get("a") == b"1"
    made = spans()
    assert made == [
        expected(redis_server, "SET a 1\nGET a", 2),
        expected(redis_server, "WATCH a"),
        expected(redis_server, "GET a", rows=1),
        *([expected(redis_server, "UNWATCH")] if len(made) > 3 else []),
    ]


def of_node(span: dict[str, Any], cluster: RedisCluster) -> dict[str, Any]:
    """The span without its node, which must be one of the cluster's."""
    attributes = dict(span["attributes"])
    assert attributes.pop("server.address") == cluster.host
    assert attributes.pop("server.port") in cluster.ports
    return {**span, "attributes": attributes}


def of_cluster(command: str, **more: Any) -> dict[str, Any]:
    span = expected(Redis(0), command, **more)
    for key in ("server.address", "server.port", "out.redis_db"):
        del span["attributes"][key]
    return span


@new
def test_commands_of_a_cluster(redis_cluster: RedisCluster, spans: Spans) -> None:
    client = redis.RedisCluster(host=redis_cluster.host, port=redis_cluster.ports[0])
    client.ping()
    spans()
    client.set("a", "1")
    assert client.get("a") == b"1"
    made = [of_node(span, redis_cluster) for span in spans()]
    assert made == [of_cluster("SET a 1"), of_cluster("GET a", rows=1)]
    pipeline = client.pipeline()
    pipeline.set("b", "1")
    pipeline.get("b")
    assert pipeline.execute() == [True, b"1"]
    assert spans() == [of_cluster("SET b 1\nGET b", length=2)]
    client.close()


@new
async def test_asynchronous_commands_of_a_cluster(redis_cluster: RedisCluster, spans: Spans) -> None:
    library = importlib.import_module("redis.asyncio")
    async with library.RedisCluster(host=redis_cluster.host, port=redis_cluster.ports[0]) as client:
        await client.ping()
        spans()
        await client.set("a", "1")
        assert await client.get("a") == b"1"
        made = [of_node(span, redis_cluster) for span in spans()]
        assert made == [of_cluster("SET a 1"), of_cluster("GET a", rows=1)]
        assert await client.pipeline().set("b", "1").get("b").execute() == [True, b"1"]
        assert spans() == [of_cluster("SET b 1\nGET b", length=2)]
