"""The API inventory: what spans teach it, that it lasts, its pages, and the OpenAPI documents that it gives."""

from __future__ import annotations

import json
import re
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.agent.conftest import LocalAgent
from tests.agent.made import row
from tests.agent.test_pages import EVIL, Elements
from vedette.agent.inventory import announced, book, endpoint, room, saved
from vedette.agent.inventory.book import Book
from vedette.agent.inventory.endpoint import Endpoint, Identity
from vedette.agent.inventory.json_schema import json_schema
from vedette.agent.inventory.observation import observed
from vedette.agent.inventory.openapi import openapi
from vedette.agent.inventory.room import Room
from vedette.agent.inventory.route_template import template
from vedette.agent.inventory.shape import Lesson, Shape, as_json, from_json, learn
from vedette.agent.options import Options

EMAIL = [8, {"category": "pii", "type": "email"}]
ORDER = [{"id": [8], "email": EMAIL, "lines": [[[{"sku": [8], "pieces": [4]}]], {"len": 2}], "note": [1]}]


def lesson(formats: dict[str, str] | None = None) -> Lesson:
    """What comes with a schema, with all the room there is."""
    return Lesson(formats or {}, Room())


def request(**given: Any):
    """A span of a request whose shapes were told."""
    more = given.pop("attributes", {})
    attributes = {
        "http.request.method": "POST",
        "http.route": "/orders/<int:number>",
        "security.api.request.headers.schema": json.dumps([{"x-shop": [8], "user-agent": [8], "authorization": [8]}]),
        "security.api.request.query.schema": json.dumps([{"page": [8]}]),
        "security.api.request.params.schema": json.dumps([{"number": [4]}]),
        "security.api.request.body.schema": json.dumps(ORDER),
        "security.api.response.body.schema": json.dumps([{"ok": [2]}]),
        "security.api.response.headers.schema": json.dumps([{"content-type": [8], "x-left": [8]}]),
        "security.api.request.type": "application/json",
        "security.api.response.type": "application/json",
        "security.api.formats": json.dumps({"request.body": {"/id": "uuid"}}),
        "security.api.authentication": "bearer:jwt,cookie:sid",
    }
    return row(**{"status": "201", "attributes": {**attributes, **more}, **given})


def plain(route: str, method: str = "GET", **given: Any):
    """A span of a request that was not looked at."""
    return row(attributes={"http.route": route, "http.request.method": method}, **given)


def document(agent: LocalAgent, service: str = "shop") -> dict[str, Any]:
    """The OpenAPI document of a service, valid."""
    answer = agent.client.get("/api/openapi", params={"service": service})
    assert answer.status_code == 200
    OpenAPIV31SpecValidator(answer.json()).validate()
    return answer.json()


def test_requests_become_an_openapi_document(agent):
    second = [{"id": [8], "email": EMAIL, "note": [8], "gift": [2]}]
    agent.store(
        [
            request(),
            request(),
            request(attributes={"security.api.request.body.schema": json.dumps(second)}),
            plain("/health"),
            plain("/orders/<int:number>", "POST", status="500", error=True),
        ]
    )
    made = document(agent)
    assert made["info"]["title"] == "shop"
    assert list(made["paths"]) == ["/health", "/orders/{number}"]
    operation = made["paths"]["/orders/{number}"]["post"]
    assert operation["operationId"] == "postOrdersNumber"
    assert operation["parameters"] == [
        {"name": "number", "in": "path", "required": True, "schema": {"type": "integer"}},
        {"name": "page", "in": "query", "required": True, "schema": {"type": "string"}},
        {"name": "x-shop", "in": "header", "required": True, "schema": {"type": "string"}},
    ]
    line = {"type": "object", "properties": {"sku": {"type": "string"}, "pieces": {"type": "integer"}}}
    assert operation["requestBody"]["content"]["application/json"]["schema"] == {
        "type": "object",
        "properties": {
            "id": {"type": "string", "format": "uuid"},
            "email": {"type": "string", "x-sensitive-data": ["pii:email"]},
            "lines": {"type": "array", "items": line},
            "note": {"type": ["string", "null"]},
            "gift": {"type": "boolean"},
        },
        "required": ["email", "id", "note"],
    }
    assert list(operation["responses"]) == ["201", "500"]
    created = operation["responses"]["201"]
    assert created["description"] == "Created"
    assert created["content"]["application/json"]["schema"]["properties"] == {"ok": {"type": "boolean"}}
    assert list(created["headers"]) == ["x-left"]
    assert operation["security"] == [{"bearerJwt": []}, {"cookieSid": []}]
    assert made["components"]["securitySchemes"]["bearerJwt"] == {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
    }
    assert operation["x-vedette"]["requests"] == 4
    assert operation["x-vedette"]["sensitive-data"] == ["pii:email"]


def test_it_has_to_be_said_which_service(agent):
    agent.store([plain("/a"), plain("/b", service="cart")])
    answer = agent.client.get("/api/openapi")
    assert (answer.status_code, answer.json()["services"]) == (400, ["cart", "shop"])
    assert agent.client.get("/api/openapi?service=none").status_code == 404


def test_what_openapi_has_no_place_for_is_named(agent):
    agent.store([plain("/live", type="websocket"), plain("/dav", "PROPFIND"), plain("/a")])
    made = document(agent)
    assert list(made["paths"]) == ["/a"]
    assert made["x-vedette-left-out"] == ["PROPFIND /dav", "WS /live"]


def test_paths_of_one_form_are_one_path(agent):
    agent.store([plain("/a/<int:x>"), plain("/a/<int:x>"), plain("/a/{y}"), plain("/a/{z}", "PUT")])
    made = document(agent)
    assert list(made["paths"]) == ["/a/{x}"]
    assert made["paths"]["/a/{x}"]["get"]["x-vedette"]["also"] == ["/a/{y}"]
    assert made["paths"]["/a/{x}"]["put"]["parameters"][0]["name"] == "x"


def test_attacks_and_refused_requests_teach_no_shapes(agent):
    agent.store([request(attack=True), request(status="422")])
    body = document(agent)["paths"]["/orders/{number}"]["post"]
    assert "requestBody" not in body
    assert body["x-vedette"]["attacks"] == 1
    assert list(body["responses"]) == ["201", "422"]


def test_requests_that_belong_to_no_endpoint_are_left_out(agent):
    agent.store([row(attributes={"http.request.method": "GET"}, status="404"), row(kind="client", type="http")])
    assert agent.client.get("/api/openapi").json() == {"error": "say which service", "services": []}


def test_datadog_tracers_are_understood():
    span = {
        "service": "s", "env": "", "type": "web", "kind": "server", "start": 1, "duration": 1, "error": False,
        "status": "200", "attack": False, "blocked": False,
    }  # fmt: skip
    headers = [{"authorization": [8, {"type": "basic_auth", "category": "credentials"}]}]
    said = {
        "http.route": "a/b",
        "http.request.method": "get",
        "security.api.request.headers.schema": json.dumps(headers),
    }
    seen = observed({**span, "attributes": json.dumps(said)})
    assert seen is not None
    assert (seen.method, seen.route, seen.authentication) == ("GET", "/a/b", ("basic",))


def test_the_inventory_outlives_the_agent(tmp_path):
    first = LocalAgent(Options(data=tmp_path))
    first.store([request(), request()])
    before = document(first)
    cursor = first.database.cursor()
    context_book = first.client.app._context.book
    context_book.catch_up(cursor, first.writer.seq, save=True)
    cursor.execute("DELETE FROM spans")
    cursor.close()
    first.close()
    second = LocalAgent(Options(data=tmp_path))
    try:
        assert document(second) == before
        second.store([request()])
        assert document(second)["paths"]["/orders/{number}"]["post"]["x-vedette"]["requests"] == 3
    finally:
        second.close()


def test_what_was_not_met_for_longest_is_forgotten(agent, monkeypatch):
    monkeypatch.setattr(book, "MOST", 10)
    now = time.time_ns()
    agent.store([plain(f"/r{n}", start=now + n * 1_000_000) for n in range(30)])
    assert sorted(document(agent)["paths"]) == sorted(f"/r{n}" for n in range(20, 30))
    old = plain("/old", start=now - book.AGE - 10**12)
    agent.store([old])
    assert "/old" not in document(agent)["paths"]


def test_the_table_tells_what_matters(agent):
    open_door = {"security.api.authentication": "none", "http.route": "/open"}
    agent.store(
        [request(), request(attack=True, blocked=True), request(attributes=open_door), plain("/b", service="cart")]
    )
    page = agent.client.get("/api-inventory").text.replace("<wbr>", "")
    rows = re.findall(r"<tr>\s*<td class=\"main\">.*?</tr>", page, re.S)
    assert [re.search(r"</b>(.*?)</a>", line).group(1) for line in rows] == [
        "/b",
        "/open",
        "/orders/&lt;int:number&gt;",
    ]
    assert 'title="pii: email in requests"' in rows[2]
    assert "bearer (JWT)" in rows[2]
    assert "cookie (sid)" in rows[2]
    assert 'class="auth open">none' in rows[1]
    assert 'class="is-attack"' in rows[2]
    for address, routes in {
        "show=open": 1, "show=attacked": 1, "show=sensitive": 2, "find=orders": 1, "service=cart": 1,
        "show=unrouted": 0, "sort=attacks": 3, "env=prod": 0, "sort=nonsense&page=0": 3,
    }.items():  # fmt: skip
        assert agent.client.get(f"/api-inventory?{address}").text.count('<td class="main">') == routes, address


def test_the_page_of_an_endpoint_shows_its_shapes(agent):
    agent.store(
        [request(), request(), request(attributes={"security.api.request.body.schema": json.dumps([{"id": [8]}])})]
    )
    address = "/api-inventory/endpoint?service=shop&method=POST&route=%2Forders%2F%3Cint%3Anumber%3E"
    text = " ".join(re.sub(r"<[^>]+>", " ", agent.client.get(address).text).split())
    assert "id string uuid" in text
    assert "email string optional email" in text
    assert "lines list of object optional" in text
    assert "pieces integer" in text
    assert "Response 201 Created" in text
    assert "bearer (JWT)" in text
    assert agent.client.get("/api-inventory/endpoint?service=shop&method=GET&route=%2Fnone").status_code == 404


def test_the_empty_inventory_says_what_to_do(agent):
    assert "vedette run python app.py" in agent.client.get("/api-inventory").text


def test_hostile_names_are_text(agent):
    shape = json.dumps([{EVIL: [8, {"category": EVIL, "type": EVIL}]}])
    told = {f"security.api.{part}.schema": shape for part in ("request.body", "request.query", "response.body")}
    told |= {"http.route": f"/{EVIL}", "http.request.method": EVIL, "security.api.authentication": EVIL}
    told |= {"security.api.request.type": EVIL, "security.api.response.type": EVIL, "security.api.formats": EVIL}
    agent.store([request(service=EVIL, env=EVIL, attributes=told)])
    pages = [agent.client.get("/api-inventory")]
    link = next(a["href"] for tag, a in Elements(pages[0].text).found if "endpoint?" in a.get("href", ""))
    pages.append(agent.client.get(link))
    for page in pages:
        assert page.status_code == 200
        found = Elements(page.text).found
        assert not any(tag == "script" and "src" not in attributes for tag, attributes in found)
        assert not any(name.startswith("on") for _, attributes in found for name in attributes)
        assert not any(tag == "img" for tag, _ in found)


@pytest.mark.parametrize(
    ("route", "path", "parameters"),
    [
        ("/users/<int:id>", "/users/{id}", [("id", "integer", "")]),
        ("/users/<id:int>", "/users/{id}", [("id", "integer", "")]),
        ("/users/<uuid:id>/", "/users/{id}/", [("id", "string", "uuid")]),
        ("/files/<path:rest>", "/files/{rest}", [("rest", "string", "")]),
        ("/<any(a, b):kind>/<re('[a-z]+'):x>", "/{kind}/{x}", [("kind", "string", ""), ("x", "string", "")]),
        ("/users/{id:int}/{rest:path}", "/users/{id}/{rest}", [("id", "integer", ""), ("rest", "string", "")]),
        (r"/u/{id:\d{1,3}}", "/u/{id}", [("id", "string", "")]),
        ("/u/:id/x", "/u/{id}/x", [("id", "string", "")]),
        (r"/^users/(?P<pk>[0-9]+)/(\w+)$", "/users/{pk}/{param2}", [("pk", "string", ""), ("param2", "string", "")]),
        ("/a/{param:int}/{param:hex}", "/a/{param1}/{param2}", [("param1", "integer", ""), ("param2", "string", "")]),
        ("/a/{x}/{x}", "/a/{x}/{x_}", [("x", "string", ""), ("x_", "string", "")]),
        (r"/v1\.0/items", "/v1.0/items", []),
        ("/plain", "/plain", []),
        ("/broken/{x", "/broken/%7Bx", []),
    ],
)
def test_route_templates_become_paths(route, path, parameters):
    made = template(route)
    assert made.path == path
    assert [tuple(parameter) for parameter in made.parameters] == parameters


def test_objects_whose_names_are_data_are_told_as_such():
    shape = Shape()
    for n in range(5):
        learn(shape, [{f"sku-{n}": [4]}], lesson())
    assert json_schema(shape) == {"type": "object", "additionalProperties": {"type": "integer"}}
    learn(shape, [{"total": [4]}], lesson())
    assert len(json_schema(shape)["properties"]) == 6


def test_formats_that_differ_are_none():
    shape = Shape()
    for told in ({"": "uuid"}, {"": "uuid"}, {}):
        learn(shape, [8], lesson(told))
    assert json_schema(shape) == {"type": "string"}


NAMES = st.one_of(st.sampled_from(["a", "b", "", "a/b", "~", "*"]), st.text(max_size=8))
ENCODED = st.recursive(
    st.one_of(
        st.sampled_from([[0], [1], [2], [4], [8], [16], EMAIL, [], None, "x", 7, [True], [[8], 3], [8, "x"]]),
        st.lists(st.one_of(st.integers(), st.text(max_size=3), st.none()), max_size=3),
    ),
    lambda inner: st.one_of(
        st.dictionaries(NAMES, inner, max_size=5).map(lambda fields: [fields]),
        st.lists(inner, max_size=4).map(lambda kinds: [kinds, {"len": len(kinds), "truncated": True}]),
    ),
    max_leaves=20,
)


@settings(max_examples=60)
@given(
    st.lists(st.tuples(ENCODED, ENCODED, st.sampled_from(["200", "404", "", "abc", "599"])), max_size=4),
    st.one_of(st.text(max_size=30), st.text("/<>{}():?P\\^$*a1", max_size=30)),
    st.sampled_from(["GET", "POST", "WS", "x y"]),
    st.sampled_from(["", "none", "bearer", "api_key:query:", "api_key:?:x", "cookie:é", "a:b:c,none", ",,"]),
)
def test_whatever_is_told_the_document_is_valid(told, route, method, authentication):
    learned: dict[Identity, Endpoint] = {}
    for request_schema, response_schema, status in told:
        said = {
            "http.route": route or "/", "http.request.method": method, "security.api.authentication": authentication,
            "security.api.response.body.schema": json.dumps(response_schema),
            **{f"security.api.request.{part}.schema": json.dumps(request_schema) for part in ("body", "query", "jwt")},
        }  # fmt: skip
        seen = observed(
            {
                "service": "s", "env": "", "type": "web", "kind": "server", "start": 1, "duration": 1, "error": False,
                "status": status, "attack": False, "blocked": False, "attributes": json.dumps(said),
            }
        )  # fmt: skip
        if seen is not None:
            identity = Identity(seen.service, seen.method, seen.route)
            learned.setdefault(identity, Endpoint(identity)).learn(seen)
    for known in learned.values():
        stored = json.loads(json.dumps(endpoint.as_json(known)))
        assert endpoint.from_json(known.identity, stored) == known
    OpenAPIV31SpecValidator(json.loads(json.dumps(openapi("s", learned.values())))).validate()


@settings(max_examples=100)
@given(st.lists(ENCODED, max_size=6))
def test_shapes_keep_what_they_learned(told):
    shape = Shape()
    for encoded in told:
        learn(shape, encoded, lesson())
    assert from_json(json.loads(json.dumps(as_json(shape))), Room()) == shape
    json_schema(shape)


def test_deep_shapes_hurt_nobody():
    encoded: Any = [8]
    for _ in range(400):
        encoded = [{"n": encoded}]
    shape = Shape()
    learn(shape, encoded, lesson())
    assert json.dumps(json_schema(shape)).count('"n"') <= 25


def test_a_book_of_its_own_is_empty():
    assert Book().all() == []


def announcement(service: str, *routes: tuple[str, str]) -> bytes:
    """The telemetry of an application that says what its router knows."""
    endpoints: list[Any] = [{"method": m, "path": p, "operation_name": "flask.request"} for m, p in routes]
    message = {
        "request_type": "message-batch",
        "application": {"service_name": service, "env": "prod"},
        "payload": [{"request_type": "app-endpoints", "payload": {"endpoints": [*endpoints, None, {"method": 1}]}}],
    }
    return json.dumps(message).encode()


def test_endpoints_that_nobody_called_are_known(agent):
    agent.store([plain("/a"), plain("/any/<x>"), plain("/live", type="websocket")])
    body = announcement(
        "shop", ("GET", "/a"), ("GET", "/live"), ("HEAD", "/a"), ("DELETE", "/a"), ("*", "any/<x>"), ("*", "/other")
    )
    assert agent.send("/telemetry/proxy/api/v2/apmtelemetry", body) == 202
    listed = agent.client.get("/api/endpoints").json()["endpoints"]
    assert [(each["method"], each["route"], each["requests"]) for each in listed] == [
        ("DELETE", "/a", 0),
        ("GET", "/a", 1),
        ("GET", "/any/<x>", 1),
        ("WS", "/live", 1),
        ("ANY", "/other", 0),
    ]
    assert agent.client.get("/api-inventory?show=uncalled").text.count("never called</span>") == 2
    page = agent.client.get("/api-inventory/endpoint?service=shop&method=DELETE&route=%2Fa")
    assert "nobody has called it" in page.text
    assert "delete" in document(agent)["paths"]["/a"]


def test_announced_endpoints_are_of_the_service_that_answers(agent):
    agent.store([plain("/a", service="flask")])
    agent.send("/telemetry/proxy/api/v2/apmtelemetry", announcement("app.py", ("GET", "/a"), ("GET", "/b")))
    listed = agent.client.get("/api/endpoints").json()["endpoints"]
    assert [(each["service"], each["route"]) for each in listed] == [("flask", "/a"), ("flask", "/b")]


def test_the_link_to_a_service_holds_whatever_it_is_called(agent):
    agent.store([plain("/a", service="a/b?c#d")])
    page = agent.client.get("/api-inventory/endpoint", params={"service": "a/b?c#d", "method": "GET", "route": "/a"})
    assert "/services/a%2Fb%3Fc%23d" in page.text


def test_a_clock_that_is_ahead_does_not_make_the_other_endpoints_old(agent):
    now = time.time_ns()
    agent.store([plain("/a", start=now), plain("/b", start=now + 10 * book.AGE)])
    known = agent.client.get("/api/endpoints").json()["endpoints"]
    assert {each["route"] for each in known} == {"/a", "/b"}


def hostile(number: int, route: str = "/a"):
    """A request whose fields are named as nobody names them, a thousand objects deep and wide."""
    inner = {f"{number}-{n}-" + "n" * 30: [8, {"category": f"c{n}", "type": f"t{number}"}] for n in range(10)}
    body = [{f"{number}-{n}": [inner] for n in range(20)} | {"n" * 9_000: [8]}]
    said = {f"security.api.{part}.schema": json.dumps(body) for part in ("request.body", "response.body")}
    return request(attributes={**said, "http.route": route})


def test_names_without_end_are_bounded_counted_and_shown(agent):
    agent.store([hostile(number) for number in range(40)])
    page = agent.client.get("/api-inventory/endpoint?service=shop&method=POST&route=%2Fa").text
    (known,) = agent.client.get("/api/endpoints").json()["endpoints"]
    assert known["left_out"] > 1_000
    assert f"{known['left_out']:,} more" in page
    state = agent.client.get("/api/about").json()["inventory"]
    assert (state["endpoints"], state["left_out"]) == (1, known["left_out"])
    assert 1_500 < state["places"] <= room.OF_ONE
    document(agent)


def test_all_endpoints_together_are_bounded_too_also_when_they_are_read_again(tmp_path, monkeypatch):
    local = LocalAgent(Options(data=tmp_path))
    try:
        monkeypatch.setattr(book, "OF_ALL", 5_000)
        local.store([hostile(number % 4, f"/{number // 4}") for number in range(40)])
        assert len(local.client.get("/api/endpoints").json()["endpoints"]) == 10
        state = local.client.get("/api/about").json()["inventory"]
        assert (state["endpoints"], state["places"]) == (10, 5_000)
        monkeypatch.setattr(saved, "OF_ALL", 3_000)  # as if an agent with other bounds had left it
        again = Book()
        again.catch_up(local.database.cursor(), local.writer.seq)
        assert again.state()["places"] == 3_000
    finally:
        local.close()


def test_a_span_that_can_not_be_learned_from_costs_itself_alone(agent, monkeypatch):
    def picky(seen):
        if seen["env"] == "bad":
            raise ZeroDivisionError
        return observed(seen)

    monkeypatch.setattr(book, "observed", picky)
    agent.store([plain("/a"), plain("/b", env="bad"), plain("/c"), request(attributes={"x": "y" * 70_000})])
    listed = agent.client.get("/api/endpoints").json()["endpoints"]
    assert [each["route"] for each in listed] == ["/a", "/c"]
    assert agent.client.get("/api/about").json()["inventory"]["unreadable"] == 2


def test_announced_routes_are_bounded_together(monkeypatch):
    monkeypatch.setattr(announced, "MOST_IN_ALL", 50)
    monkeypatch.setattr(announced, "MOST_ROUTES", 20)
    told = announced.Announced()
    for number in range(10):
        told.take(f"s{number}", "", [{"method": "GET", "path": f"/{n}"} for n in range(30)])
    left = list(told.uncalled({}))
    assert len(left) == 40
    assert {each.identity.service for each in left} == {"s8", "s9"}
    assert told.left_out == 10 * 30 - 40
