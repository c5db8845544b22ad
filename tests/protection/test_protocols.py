"""Calls, GraphQL operations and queries of documents are protected by describing themselves: an example of each."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent import futures
from typing import Any

import pytest
from flask import Flask, request

from tests.instrument.conftest import library as library  # a fixture
from tests.protection.conftest import triggers
from vedette.instrument import Around, Integration
from vedette.instrument.installed import Installed
from vedette.operations import GraphQLOperation, IncomingCall, Query

grpc = pytest.importorskip("grpc")
ATTACK = "' or 1=1 -- "


@pytest.fixture
def hook() -> Iterator[Any]:
    """`hook(module, "function", describe)`: taken off at the test's end."""
    all_installed = []

    def put_on(module: Any, path: str, describe: Any) -> None:
        target = Around(f"{module.__name__}:{path}", describe)
        integration = Integration("library", title="Library", modules=[module.__name__], hooks=[target])
        all_installed.append(Installed(integration, "library"))
        all_installed[-1].apply(target)

    yield put_on
    for installed in all_installed:
        installed.undo()


class Metadata:
    """Of a call."""

    def __init__(self, context: Any) -> None:
        self.pairs = [(pair.key, pair.value) for pair in context.invocation_metadata()]

    def get(self, name: str) -> str | None:
        return dict(self.pairs).get(name)

    def items(self) -> list[tuple[str, str]]:
        return self.pairs


def called(call: Any) -> IncomingCall:
    """A procedure is called with one message; the answer is shown as well."""
    _, _, context = call.args
    operation = IncomingCall("grpc.server", "/shop.Cart/Add", Metadata(context), None)
    operation.peer = "192.0.2.7"
    operation.refused = lambda *_: denied(context)
    original = call.target

    def shown(behaviour: Any, message: Any, context: Any) -> Any:
        operation.received(message)
        answer = original(behaviour, message, context)
        operation.answered(answer)
        return answer

    call.target = shown
    return operation


def denied(context: Any) -> dict[str, Any]:
    """How this protocol refuses."""
    context.set_code(grpc.StatusCode.PERMISSION_DENIED)
    context.set_details("blocked")
    return {}


@pytest.fixture
def stub(library: Any, hook: Any) -> Iterator[Any]:
    """Calls a procedure of a real server; its messages are JSON."""
    module = library("def handle(behaviour, message, context):\n    return behaviour(message, context)")
    hook(module, "handle", called)

    def add(message: Any, _: Any) -> Any:
        return {"added": message}

    def behaviour(message: Any, context: Any) -> Any:
        return module.handle(add, message, context)

    encode, decode = (lambda message: json.dumps(message).encode()), json.loads
    handler = grpc.unary_unary_rpc_method_handler(behaviour, decode, encode)
    server = grpc.server(futures.ThreadPoolExecutor(1))
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("shop.Cart", {"Add": handler}),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield channel.unary_unary("/shop.Cart/Add", encode, decode)
    server.stop(None).wait()


def test_calls(protected: Any, stub: Any, spans: Any) -> None:
    protected("block")
    assert stub({"item": "tea"}, timeout=10) == {"added": {"item": "tea"}}
    with pytest.raises(grpc.RpcError) as refused:
        stub({"item": {"name": ATTACK}}, timeout=10)
    assert refused.value.code() is grpc.StatusCode.PERMISSION_DENIED
    (found, *_) = triggers(spans)
    parameter = found["rule_matches"][0]["parameters"][0]
    assert (parameter["address"], parameter["key_path"]) == ("grpc.server.request.message", ["item", "name"])
    blocked = next(span for span in spans.last if "appsec.blocked" in span["attributes"])
    assert (blocked["resource"], blocked["attributes"]["rpc.method"]) == ("/shop.Cart/Add", "Add")


def test_callers_on_a_deny_list(protected: Any, stub: Any) -> None:
    protected("block", deny_addresses="192.0.2.7")
    with pytest.raises(grpc.RpcError):
        stub({"item": "tea"}, timeout=10)


def test_graphql(protected: Any, library: Any, hook: Any, findings: Any) -> None:
    module = library("def execute(query, arguments):\n    return {'data': arguments}")
    hook(module, "execute", lambda call: GraphQLOperation("graphql.execute", call.args[0], call.args[1]))
    app, ran = Flask("graphql"), []

    @app.get("/")
    def route() -> Any:
        ran.append(module.execute("{ user(id: $id) { name } }", {"user": [{"id": request.headers["X-Id"]}]}))
        return ran[-1]

    protected("block")
    statuses = [app.test_client().get("/", headers={"X-Id": given}).status_code for given in ("7", "7' or 1=1 -- ")]
    assert (statuses[0], len(ran)) == (200, 1)
    assert statuses[1] == 403
    assert {found[1] for found in findings()} <= {
        "graphql.server.all_resolvers",
        "server.request.headers.no_cookies",
    }


@pytest.mark.parametrize(
    ("sent", "kind", "status"),
    [
        ({"name": "al", "password": {"$ne": None}}, "json", 403),
        ({"name": "al", "password": json.dumps({"$gt": ""})}, "json", 403),
        ({"name": "al", "password": "anchor"}, "json", 200),
        ({"name": "$ne", "password": "costs $5"}, "json", 200),
    ],
)
def test_documents(only_sinks: Any, library: Any, hook: Any, findings: Any, sent: Any, kind: str, status: int) -> None:
    module = library("class Collection:\n    def find(self, document):\n        return document")
    app = Flask("documents")

    def described(call: Any) -> Query:
        query = Query(None, "mongodb", None, type="mongodb")
        query.document = call.args[1]
        return query

    hook(module, "Collection.find", described)

    @app.post("/")
    def route() -> Any:
        given = request.get_json()
        password = given["password"]
        if isinstance(password, str) and password.startswith("{"):
            password = json.loads(password)
        module.Collection().find({"name": given["name"], "password": password, "age": {"$gte": 18}})
        return "found"

    only_sinks("block")
    assert app.test_client().post("/", json=sent).status_code == status
    assert [found[0] for found in findings()] == (["nosql_injection"] if status == 403 else [])
