"""Redis: one span per command and per pipeline; synchronous, asynchronous, and through a cluster."""

from __future__ import annotations

from vedette.instrument import Around, Integration, option
from vedette.instrument.families.redis import Commands, counted, routed

commands = Commands("redis.command", "redis", lambda: integration.values)


def client(methods: str, optional: bool = True) -> list[Around]:
    """A client's class, and its pipelines'."""
    return [Around(f"{methods}.execute_command", commands.command, counted, optional)]


def pipeline(methods: str) -> list[Around]:
    """A pipeline's class; while it watches keys, commands go out at once."""
    return [
        Around(f"{methods}.execute", commands.pipeline, optional=True),
        Around(f"{methods}.immediate_execute_command", commands.command, counted, optional=True),
    ]


integration: Integration = Integration(
    "redis",
    title="Redis",
    distribution="redis",
    modules=["redis"],
    floor="2.6",
    tested=["2.6.1", "2.10.6", "3.5.3", "4.1.4", "4.6.0", "5.0.8", "latest"],
    docs="https://redis.readthedocs.io",
    conventions="database",
    service="redis",
    needs=["redis", "redis-cluster"],
    options=[
        option("cmd_max_length", 1000, "Characters of a command that are told."),
        option("resource_only_command", True, "Whether the resource is the command's name alone, without arguments."),
    ],
    hooks=[
        *client("redis.client:Redis"),
        *pipeline("redis.client:Pipeline"),
        *client("redis.cluster:RedisCluster"),
        Around("redis.cluster:RedisCluster._execute_command", routed, optional=True),
        *pipeline("redis.cluster:ClusterPipeline"),
        *client("redis.asyncio.client:Redis"),
        *pipeline("redis.asyncio.client:Pipeline"),
        *client("redis.asyncio.cluster:RedisCluster"),
        Around("redis.asyncio.cluster:RedisCluster._execute_command", routed, optional=True),
        *pipeline("redis.asyncio.cluster:ClusterPipeline"),
        # Before 3.0; later `StrictRedis` is another name of `Redis`.
        *client("redis.client:StrictRedis"),
        *pipeline("redis.client:BasePipeline"),
    ],
)
