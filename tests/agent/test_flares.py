"""Flares that processes send: kept within bounds, shown and handed on; forms that are none refused and counted."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.agent.conftest import LocalAgent
from vedette.agent.receive import flares
from vedette.agent.receive.flares import Flares, form
from vedette.remote.flare import Task, archive, multipart

TASK = Task("path", "uuid", {"case_id": "4711", "hostname": "here", "user_handle": "me@example.com"})


def made(content: bytes = b"", case: str = "4711", sender: str = "shop-12") -> tuple[str, bytes]:
    """A form as vedette sends it."""
    task = Task("path", "uuid", {**TASK.args, "case_id": case})
    return multipart(task, content or archive({"settings.json": {"a": 1}, "log.txt": "said"}), sender)


def test_what_a_process_sends_is_shown_and_handed_on(agent: LocalAgent) -> None:
    kind, body = made()
    assert agent.client.post("/tracer_flare/v1", content=body, headers={"content-type": kind}).status_code == 200
    (flare,) = agent.client.get("/api/remote/flares").json()["flares"]
    assert (flare["case"], flare["host"], flare["asker"]) == ("4711", "here", "me@example.com")
    assert flare["name"] == "tracer-python-4711-shop-12-debug.zip"
    file = agent.client.get(f"/api/remote/flares/{flare['id']}")
    assert file.headers["content-disposition"] == 'attachment; filename="tracer-python-4711-shop-12-debug.zip"'
    assert len(file.content) == flare["size"]
    with zipfile.ZipFile(io.BytesIO(file.content)) as zipped:
        assert zipped.testzip() is None
        assert zipped.read("log.txt") == b"said"
    assert f'href="/api/remote/flares/{flare["id"]}"' in agent.client.get("/about").text
    assert "/tracer_flare/v1" in agent.client.get("/info").json()["endpoints"]
    assert agent.client.get("/api/remote/flares/99").status_code == 404


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b"{}"),
        ("multipart/form-data", b""),
        ("multipart/form-data; boundary=x", b""),
        ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="case_id"\r\n\r\n1\r\n--x--'),
        made(b"no zip"),
    ],
)
def test_what_is_no_flare_is_refused_and_counted(agent: LocalAgent, kind: str, body: bytes) -> None:
    assert agent.client.post("/tracer_flare/v1", content=body, headers={"content-type": kind}).status_code == 400
    assert agent.client.get("/api/remote/flares").json()["flares"] == []
    assert "bad flare" in agent.client.get("/about").text


def test_newer_ones_push_out_older_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Flares()
    for number in range(flares.MOST + 5):
        kept.take(*made(case=str(number)))
    assert [one.case for one in kept.all()] == [str(n) for n in reversed(range(5, flares.MOST + 5))]
    assert kept.find(1) is None
    content = kept.all()[0].content
    monkeypatch.setattr(flares, "MOST_BYTES", 2 * len(content))
    kept.take(*made(content, case="last"))
    assert [one.case for one in kept.all()] == ["last", str(flares.MOST + 4)]
    monkeypatch.setattr(flares, "LARGEST", len(content) - 1)
    with pytest.raises(ValueError, match="larger"):
        kept.take(*made(content))


def test_names_lead_nowhere_else() -> None:
    kind, body = made()
    name = Flares().take(kind, body.replace(b"tracer-python-4711-shop-12-debug.zip", b"../../etc/\x00passwd")).name
    assert name == "etc-passwd"


@given(st.binary(max_size=400), st.text(max_size=40))
@settings(max_examples=150)
def test_whatever_is_in_a_form_comes_out_of_it(content: bytes, case: str) -> None:
    kind, body = multipart(Task("path", "", {"case_id": case}), content, "shop")
    fields, name, file = form(kind, body)
    assert file == content
    assert name.endswith("-shop-debug.zip")
    assert fields["source"] == "tracer_python"


@given(
    st.binary(max_size=400), st.sampled_from(["multipart/form-data; boundary=a", "", "multipart/form-data; boundary"])
)
@settings(max_examples=150)
def test_other_bodies_are_refused_by_a_reason(body: bytes, kind: str) -> None:
    with pytest.raises(ValueError, match=r"expected|there is no"):
        form(kind, body)
