"""API security: what is told of requests and responses, on every framework; sampling; authentication; no value ever."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

import vedette
from tests.integrations import wsgi_client
from tests.protection.shops import CLIENTS
from vedette import _native
from vedette.protection.api_security.authentication import kinds_of
from vedette.protection.api_security.sampler import Sampler

JSON = {"content-type": "application/json"}
ORDER = {
    "id": "550e8400-e29b-41d4-a716-446655440000",
    "email": "ann@example.org",
    "card": "4111 1111 1111 1111",
    "lines": [{"sku": "lamp", "pieces": 2}, {"sku": "rope", "pieces": 1}],
    "note": None,
    "rate": 0.5,
    "gift": True,
}
EMAIL = [8, {"category": "pii", "type": "email"}]
CARD = [8, {"category": "payment", "type": "card", "card_type": "visa"}]
SHAPE = [
    {
        "id": [8],
        "email": EMAIL,
        "card": CARD,
        "lines": [[[{"sku": [8], "pieces": [4]}]], {"len": 2}],
        "note": [1],
        "rate": [16],
        "gift": [2],
    }
]
SECRET = "s3cr3t"


@pytest.fixture(params=CLIENTS)
def client(request: Any) -> Any:
    """A client of each framework's shop."""
    return CLIENTS[request.param]()


@pytest.fixture
def flask() -> Any:
    """One framework, for what is the same on all."""
    return CLIENTS["flask"]()


@pytest.fixture
def told(spans: Any, protected: Any) -> Any:
    """Protection that samples every request; call it for what the request's span says of its shapes."""
    protected("monitor", api_security_sample_delay=0)

    def schemas() -> dict[str, Any]:
        (span,) = [
            span for span in spans() if "http.response.status_code" in span["attributes"] and span["kind"] == "server"
        ]
        said = span["attributes"]
        found = {
            name[len("security.api.") : -len(".schema")]: json.loads(text)
            for name, text in said.items()
            if name.startswith("security.api.") and name.endswith(".schema")
        }
        return {**found, "span": said, "authentication": said.get("security.api.authentication")}

    return schemas


def test_request_and_response_are_told(client: Any, told: Any) -> None:
    headers = {
        **JSON,
        "authorization": f"Bearer {SECRET}",
        "cookie": f"session={SECRET}; theme=dark",
        "x-mail": "a@b.example",
    }
    answer = client("/body/json", "POST", headers, json.dumps(ORDER).encode())
    assert answer.status == 200
    found = told()
    assert found["request.body"] == SHAPE
    assert found["request.cookies"] == [{"session": [8], "theme": [8]}]
    assert found["request.headers"][0]["authorization"] == [8, {"category": "credentials", "type": "bearer_token"}]
    assert found["request.headers"][0]["x-mail"] == EMAIL
    assert "cookie" not in found["request.headers"][0]
    assert list(found["request.params"][0].values()) == [[8]]
    if "json" in answer.headers["content-type"]:
        assert found["response.body"][0]["got"] == SHAPE
    assert found["response.headers"][0]["content-type"] == [8]
    assert found["authentication"] == "bearer,cookie:session"
    formats = json.loads(found["span"]["security.api.formats"])
    assert formats["request.body"] == {"/id": "uuid", "/email": "email"}
    assert "http.endpoint" not in found["span"]


def test_queries_are_told(client: Any, told: Any) -> None:
    answer = client("/search?name=ann%40example.org")
    assert answer.status == 200
    found = told()
    assert found["request.query"] == [{"name": EMAIL}]
    if "json" in answer.headers["content-type"]:
        assert found["response.body"] == [{"rows": [[], {"len": 0}]}]


def test_forms_are_told(client: Any, told: Any) -> None:
    kind = {"content-type": "application/x-www-form-urlencoded"}
    assert client("/body/form", "POST", kind, b"name=ann&mail=ann%40example.org&x=1&x=2").status == 200
    assert told()["request.body"] == [{"name": [8], "mail": EMAIL, "x": [[[8]], {"len": 2}]}]


def test_uploads_are_told_without_their_files(client: Any, told: Any) -> None:
    body = (
        b'--b\r\ncontent-disposition: form-data; name="title"\r\n\r\nmine\r\n'
        b'--b\r\ncontent-disposition: form-data; name="file"; filename="a.txt"\r\n\r\nhello\r\n--b--\r\n'
    )
    client("/body/form", "POST", {"content-type": "multipart/form-data; boundary=b"}, body)
    assert told()["request.body"] == [{"title": [8]}]


def test_no_value_is_told(flask: Any, told: Any) -> None:
    token = ".".join(
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode() for part in ({"a": 1}, {"sub": SECRET})
    )
    headers = {**JSON, "authorization": f"Bearer {token}.sig", "x-api-key": SECRET, "cookie": f"sid={SECRET}"}
    flask(f"/body/json?token={SECRET}", "POST", headers, json.dumps({"a": SECRET, "b": [SECRET]}).encode())
    found = told()
    assert found["authentication"] == "bearer:jwt,api_key:header:x-api-key,api_key:query:token,cookie:sid"
    assert found["request.jwt"] == [
        {"header": [{"a": [4]}], "payload": [{"sub": [8]}], "signature": [{"available": [2]}]}
    ]
    shapes = {name: value for name, value in found["span"].items() if name.startswith("security.api.")}
    assert len(shapes) >= 8
    assert SECRET not in json.dumps(shapes)


def test_what_is_missing_is_not_told(flask: Any, told: Any) -> None:
    assert flask("/page").status == 200
    found = told()
    assert found["request.query"] == found["request.cookies"] == [{}]
    assert found["authentication"] == "none"
    assert not {"request.body", "request.params", "response.body", "request.jwt"} & set(found)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"a": ',
        b"\xff\xfe\x00",
        b"[" * 5_000 + b"]" * 5_000,
        b'{"a":' * 500 + b"1" + b"}" * 500,
        b'{"a": NaN, "b": "\\ud800"}',
        b"[" + b"1," * 50_000 + b"1]",
        json.dumps({f"key {n} " + "x" * 300: "ann@example.org" for n in range(2_000)}).encode(),
        json.dumps({"": {"": [{}]}, "\x00": "\x00", "a/b~c": "é" * 9_000}).encode(),
    ],
    ids=range(10),
)
def test_hostile_bodies_hurt_nobody(flask: Any, told: Any, body: bytes) -> None:
    assert flask("/body/text", "POST", JSON, body).status == 200
    found = told()
    assert found["request.headers"]
    assert all(len(value) <= 24_500 for name, value in found["span"].items() if name.endswith(".schema"))


def test_streams_of_json_are_told_when_they_end(told: Any) -> None:
    import flask as library

    app = library.Flask("streaming")

    @app.route("/rows")
    def rows() -> Any:
        return app.response_class(iter(['[{"a": 1},', '{"a": 2}]']), mimetype="application/json")

    assert app.test_client().get("/rows").json == [{"a": 1}, {"a": 2}]
    assert told()["response.body"] == [[[{"a": [4]}]], {"len": 2}]


def test_long_responses_are_left_out(spans: Any, protected: Any, flask: Any) -> None:
    protected("monitor", api_security_sample_delay=0, body_limit=100)
    flask("/body/text", "POST", JSON, json.dumps(["x" * 50] * 3).encode())
    (span,) = [span for span in spans() if span["kind"] == "server"]
    assert "security.api.response.headers.schema" in span["attributes"]
    assert "security.api.response.body.schema" not in span["attributes"]


def test_compressed_and_other_responses_are_left_out(told: Any) -> None:
    import flask as library

    app = library.Flask("compressed")

    @app.route("/zipped")
    def zipped() -> Any:
        return app.response_class(b"\x1f\x8b", mimetype="application/json", headers={"Content-Encoding": "gzip"})

    app.test_client().get("/zipped")
    assert "response.body" not in told()


def test_one_request_per_endpoint_and_status(spans: Any, protected: Any, flask: Any) -> None:
    protected("monitor", api_security_sample_delay=3_600)
    for path in ("/page", "/page", "/path/a", "/path/b", "/page", "/search", "/nowhere"):
        flask(path)
    flask("/page", "POST")
    sampled = [
        (span["attributes"].get("http.request.method"), span["attributes"].get("http.route"))
        for span in spans()
        if "security.api.request.headers.schema" in span["attributes"]
    ]
    assert sampled == [("GET", "/page"), ("GET", "/path/<path:rest>"), ("GET", "/search"), ("POST", "/page")]


@pytest.mark.parametrize("tracing", [True, False])
def test_without_tracing_what_was_looked_at_is_kept(protected: Any, flask: Any, tracing: bool) -> None:
    protected("monitor", api_security_sample_delay=3_600, apm_tracing=tracing)
    _native.take()
    flask("/page")
    flask("/page")
    kept = [(chunk["priority"], chunk["mechanism"]) == (2, 5) for chunk in _native.take()]
    assert kept == [not tracing, False]


def test_it_can_be_switched_off(spans: Any, protected: Any, flask: Any) -> None:
    protected("monitor", api_security=False)
    flask("/page")
    assert not any(name.startswith("security.api.") for span in spans() for name in span["attributes"])


def test_refused_requests_are_not_told(spans: Any, protected: Any, flask: Any) -> None:
    protected("block", api_security_sample_delay=0)
    assert flask("/page?q=../../../../etc/passwd").status == 403
    assert not any(name.startswith("security.api.") for span in spans() for name in span["attributes"])


def test_requests_without_a_route_have_an_endpoint(told: Any) -> None:
    def application(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"here"]

    wsgi_client.ask(vedette.instrument_wsgi(application), "/page/12/x")
    found = told()
    assert found["span"]["http.endpoint"] == "/page/{param:int}/x"


def test_the_sampler_forgets_what_was_not_met_for_longest() -> None:
    now = 100.0
    sampler = Sampler(10, 2, clock=lambda: now)
    assert sampler.takes(("GET", "/a", 200))
    assert not sampler.takes(("GET", "/a", 200))
    assert sampler.takes(("GET", "/b", 200))
    now = 105.0
    assert sampler.takes(("GET", "/c", 200))  # /a had to go
    assert sampler.takes(("GET", "/a", 200))  # and /b
    assert not sampler.takes(("GET", "/c", 200))
    now = 116.0
    assert sampler.takes(("GET", "/c", 200))


@pytest.mark.parametrize(
    ("headers", "cookies", "parameters", "kinds"),
    [
        ({}, [], [], ["none"]),
        ({"authorization": "Basic eA=="}, [], [], ["basic"]),
        ({"authorization": "BEARER x"}, [], [], ["bearer"]),
        ({"authorization": "Bearer eyJh.eyJi.x"}, [], [], ["bearer:jwt"]),
        ({"authorization": "nonsense"}, [], [], ["none"]),
        ({"authorization": ["Digest a", "Basic b"]}, [], [], ["digest", "basic"]),
        ({"x-api-key": "k"}, [], [], ["api_key:header:x-api-key"]),
        ({}, ["PHPSESSID", "theme"], [], ["cookie:PHPSESSID"]),
        ({}, ["my_session", "csrftoken"], [], ["cookie:my_session"]),
        ({}, [], ["api_key", "q"], ["api_key:query:api_key"]),
    ],
)
def test_authentication_is_recognised(headers: Any, cookies: Any, parameters: Any, kinds: Any) -> None:
    assert kinds_of(headers, cookies, parameters) == kinds
