"""The servers as pytest fixtures: named by what they are, started on first use, one of each per session."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.services import collector as collectors
from tests.services import ddapm, fakesnow, mariadb, postgresql, vertica_stub
from tests.services import recorder as recorders
from tests.services import redis as redis_servers


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[postgresql.PostgreSQL]:
    """A PostgreSQL server; ``.database()`` gives the DSN of a new empty database."""
    with postgresql.running() as server:
        yield server


@pytest.fixture(scope="session")
def mariadb_server() -> Iterator[mariadb.MariaDB]:
    """A MariaDB server; ``.options()`` gives the keyword arguments of ``connect`` to a new empty database."""
    with mariadb.running() as server:
        yield server


@pytest.fixture(scope="session")
def redis_server() -> Iterator[redis_servers.Redis]:
    """A Redis server; use a key prefix of your own, or ``.flush()``."""
    with redis_servers.running() as server:
        yield server


@pytest.fixture(scope="session")
def redis_cluster() -> Iterator[redis_servers.RedisCluster]:
    """A Redis cluster of three nodes."""
    with redis_servers.running_cluster() as cluster:
        yield cluster


@pytest.fixture(scope="session")
def snowflake_server() -> Iterator[fakesnow.Snowflake]:
    """Snowflake, by fakesnow; ``.options()`` gives the keyword arguments of ``connect``."""
    with fakesnow.running() as server:
        yield server


@pytest.fixture(scope="session")
def _vertica_stub() -> Iterator[vertica_stub.Vertica]:
    with vertica_stub.running() as server:
        yield server


@pytest.fixture
def vertica_server(_vertica_stub: vertica_stub.Vertica) -> vertica_stub.Vertica:
    """A stand-in for Vertica; has heard nothing, and answers ordinarily, at the start of each test."""
    _vertica_stub.clear()
    return _vertica_stub


@pytest.fixture(scope="session")
def ddapm_agent() -> Iterator[ddapm.TestAgent]:
    """Datadog's test agent."""
    with ddapm.running() as agent:
        yield agent


@pytest.fixture(scope="session")
def _collector_process() -> Iterator[collectors.Collector]:
    with collectors.running() as collector:
        yield collector


@pytest.fixture
def collector(_collector_process: collectors.Collector) -> collectors.Collector:
    """An OpenTelemetry Collector; empty at the start of each test."""
    _collector_process.clear()
    return _collector_process


@pytest.fixture(scope="session")
def _recorder_process() -> Iterator[recorders.Recorder]:
    with recorders.running() as recorder:
        yield recorder


@pytest.fixture
def recorder(_recorder_process: recorders.Recorder) -> recorders.Recorder:
    """A backend that records; empty and healthy at the start of each test."""
    _recorder_process.play("healthy")
    _recorder_process.clear()
    return _recorder_process
