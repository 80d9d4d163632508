"""From a question that was not answered to an approved answer, and back when the pack changes: the real parts."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from lxml import html  # type: ignore[import-untyped]
from starlette.testclient import TestClient

import ingest
from assistant.secretariat.audit import Wanted as Noted
from assistant.secretariat.roles import Role
from assistant.secretariat.switches import Switch
from assistant.web.app import create_app
from assistant.web.console.frame import ROOT
from assistant.web.service import Service
from assistant.wiring import build_service
from knowledge.embedding import LocalEmbeddings
from tests.doors import ingested, settings_for
from tests.waiting import until
from tests.web.console.clients import done, sign_in, somebody

PACK = """# The Board

## Papers

Papers are put on a shared site. Each of them is read by two people before a meeting.

## Meetings

The Board meets four times a year.
"""
QUESTION = "Must members have read the papers?"
REWORDED = "Do members have to have read the papers?"
SAID = "Each of them is read by two people before a meeting."


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, embeddings: LocalEmbeddings) -> Path:
    folder = tmp_path_factory.mktemp("approved")
    ingested(folder, {"pack.md": PACK}, embeddings)
    return folder


@pytest.fixture(scope="module")
def service(folder: Path) -> Service:
    settings = settings_for(folder / "pack", folder / "data").model_copy(update={"ask_limit": None})
    return build_service(settings)


@pytest.fixture(scope="module")
def client(service: Service) -> Iterator[TestClient]:
    with TestClient(create_app(service), follow_redirects=False) as client:
        yield client


def asked(client: TestClient, question: str) -> dict[str, Any]:
    answer: dict[str, Any] = client.post("/api/ask", json={"question": question}).json()
    return answer


def seat(client: TestClient, service: Service, role: Role, name: str) -> TestClient:
    own = TestClient(client.app, follow_redirects=False)
    sign_in(own, service, role, name)
    return own


def revision(service: Service, id: str) -> str:
    found = done(service.secretariat.approvals.find(id))
    assert found
    return str(found.revision)


def act(client: TestClient, service: Service, id: str, path: str, **form: object) -> str:
    response = client.post(f"{ROOT}/approved/{id}/{path}", data={"revision": revision(service, id), **form})
    assert response.status_code == 303, response.text
    return str(response.headers["location"])


def ingest_again(folder: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    (folder / "pack" / "pack.md").write_text(text, encoding="utf-8")
    monkeypatch.setenv("PACK_DIR", str(folder / "pack"))
    monkeypatch.setenv("DATA_DIR", str(folder / "data"))
    assert ingest.main([]) == 0


def serves(service: Service, words: str) -> bool:
    return any(words in passage.text for passage in service.pack().passages)


def test_approved_then_served_in_every_way_then_gone_with_its_words_then_bound_again(
    client: TestClient,
    service: Service,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    grace, ada = (seat(client, service, Role.APPROVER, name) for name in ("Grace", "Ada"))
    assert asked(client, REWORDED)["approved"] is None

    # Written by one, from the pack, and approved by another.
    id = grace.post(f"{ROOT}/approved", data={"question": QUESTION}).headers["location"].split("/")[-2]
    found = html.fromstring(grace.get(f"{ROOT}/approved/{id}/edit?q=papers+read").text)
    (source,) = (one for one in found.xpath("//input[@name='add']/@value") if SAID in label(found, one))
    act(grace, service, id, "edit", do="say", question=QUESTION, add=source)
    form = {"question": QUESTION, "sentence-0": SAID, "cites-0": "1"}
    assert act(grace, service, id, "edit", do="send", **form).endswith("done=approved_sent")
    act(ada, service, id, "approve")

    # In the next request, in other words, by every door.
    answer = asked(client, REWORDED)
    assert answer["outcome"] == "answered"
    assert answer["approved"] == {"id": id, "checked_on": datetime.now(UTC).date().isoformat()}
    assert [one["text"] for one in answer["sentences"]] == [SAID]
    (cited,) = answer["citations"]
    passages = {passage.id: passage for passage in service.pack().passages}
    assert cited["quote"] in passages[cited["url"].partition("#")[2]].text
    _by_other_doors(client, id)
    assert SAID in client.get("/questions-and-answers").text
    assert asked(client, "Must members have written the papers?")["approved"] is None

    # The passage changes: out of use in the same ingest, whether or not the server has taken the new version yet.
    changed = PACK.replace("by two people", "by three people")
    ingest_again(folder, monkeypatch, changed)
    assert "out of use until somebody looks: 1." in capsys.readouterr().out
    assert asked(client, REWORDED)["approved"] is None
    assert SAID not in client.get("/questions-and-answers").text
    stale = html.fromstring(ada.get(f"{ROOT}/approved/{id}").text)
    assert [one.text_content().split()[-1] for one in stale.xpath("//del | //ins")] == ["two", "three"]
    until(lambda: serves(service, "by three people"))

    # The passage is as it was: still right.
    ingest_again(folder, monkeypatch, PACK)
    until(lambda: serves(service, "by two people"))
    assert act(ada, service, id, "still-right").endswith("done=approved_live")
    assert asked(client, REWORDED)["approved"]

    entries = done(service.secretariat.audit.entries(Noted(subject_kind="approved", subject=id)))
    assert [entry.change.action for entry in entries][:3] == ["bound_again", "withdrew_stale", "approved"]


def test_screening_comes_first_and_the_off_switch_is_off_for_approved_answers_too(
    client: TestClient, service: Service
) -> None:
    assert asked(client, f"{REWORDED} My number is 07700 900123.")["outcome"] == "declined"
    ada = somebody(service, Role.APPROVER, "Ada")
    at = datetime.now(UTC)

    done(service.secretariat.switches.set(Switch.CHAT, off=True, reason="test", by=ada.id, at=at))

    assert asked(client, REWORDED)["outcome"] == "unavailable"
    done(service.secretariat.switches.set(Switch.CHAT, off=False, reason="test", by=ada.id, at=at))
    assert asked(client, REWORDED)["approved"]


def label(page: Any, value: str) -> str:
    return str(page.xpath("//input[@value=$value]/following-sibling::label", value=value)[0].text_content())


def _by_other_doors(client: TestClient, id: str) -> None:
    events = client.post("/api/ask", json={"question": REWORDED}, headers={"accept": "text/event-stream"}).text
    assert "event: sentence" in events
    assert f'"approved": {{"id": "{id}"' in events
    body = {"model": "any", "messages": [{"role": "user", "content": REWORDED}]}
    completion = client.post("/v1/chat/completions", json=body).json()
    assert completion["answer"]["approved"]["id"] == id
    assert SAID in completion["choices"][0]["message"]["content"]
    assert [one["type"] for one in completion["choices"][0]["message"]["annotations"]] == ["url_citation"]
    page = client.post(
        "/ask", data={"question": REWORDED}, headers={"accept": "text/html", "origin": "http://testserver"}
    )
    shown = client.get(page.headers["location"]).text
    assert "Checked by the secretariat on" in shown
    assert json.dumps(SAID)[1:-1] in shown
