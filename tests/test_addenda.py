"""The whole way of a gap: asked in vain, answered by the secretariat in the pack, and so answered to the next."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from assistant.secretariat.roles import Role
from assistant.web.app import create_app
from assistant.web.console.frame import ROOT
from assistant.web.service import Service
from assistant.wiring import build_service
from ingest import main as ingest
from tests.doors import settings_for
from tests.web.console.clients import sign_in

PACK = """# Member of the Kestrel Board

The Board meets six times a year in Leeds.

Members read papers before each meeting and visit schools.
"""
QUESTION = "How much are members paid?"


@pytest.fixture
def pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "kestrel-board"
    folder.mkdir()
    (folder / "pack.md").write_text(PACK)
    (folder / "campaign.toml").write_text('name = "Members of the Kestrel Board"\n')
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PACK_DIR", str(folder))
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    assert ingest([]) == 0
    return folder


@pytest.fixture
def service(pack: Path, tmp_path: Path) -> Service:
    return build_service(settings_for(pack, tmp_path / "data").model_copy(update={"ask_limit": None}))


@pytest.fixture
def client(service: Service) -> Iterator[TestClient]:
    with TestClient(create_app(service), follow_redirects=False) as client:
        client.headers["accept"] = "text/html"
        yield client


def as_(client: TestClient, service: Service, name: str) -> TestClient:
    sign_in(client, service, Role.APPROVER, name)
    return client


def until(client: TestClient, place: str, words: str) -> None:
    end = time.monotonic() + 90
    while words not in (page := client.get(place).text):
        assert time.monotonic() < end, page
        time.sleep(0.2)


def test_a_gap_becomes_an_answer_that_cites_the_addendum_and_outlives_a_restart(
    client: TestClient, service: Service, pack: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = {"question": QUESTION}
    before = client.post("/api/ask", json=asked, headers={"accept": "application/json"}).json()
    assert before["outcome"] == "not_in_pack"

    ada = as_(client, service, "Ada")
    assert ">Pay</a>" in ada.get(f"{ROOT}/gaps").text
    sent = {
        "question": "What does the role pay?",
        "answer": "Members are paid £301 for each day.",
        "turn": before["id"],
    }
    addendum = ada.post(f"{ROOT}/gaps/draft", data=sent).headers["location"].partition("?")[0]
    bo = as_(client, service, "Bo")
    change = bo.post(f"{addendum}/approve").headers["location"]
    until(bo, change, "Publish this pack")
    bo.post(f"{change}/publish")
    until(bo, change, "Candidates are answered from this pack now.")

    after = client.post("/api/ask", json=asked, headers={"accept": "application/json"}).json()
    assert after["outcome"] == "answered", after
    assert [(one["document"], one["title"]) for one in after["citations"]] == [
        ("questions-and-answers", "Questions and answers")
    ]
    assert after["citations"][0]["quote"] == "Members are paid £301 for each day."

    capsys.readouterr()
    (pack / "pack.md").write_text(PACK.replace("six", "seven"))
    assert ingest([]) == 0
    said = capsys.readouterr().out
    assert "The secretariat published this pack in the console" in said
    assert "The files of PACK_DIR have changed since" in said
    assert service.pack().pack_version == after["versions"]["pack"]
    assert "paid £301" in " ".join(passage.text for passage in service.pack().passages)

    assert ingest(["--from-pack-dir"]) == 0
    assert ingest([]) == 0
    assert "console" not in capsys.readouterr().out
    end = time.monotonic() + 30
    while "seven times" not in " ".join(passage.text for passage in service.pack().passages):
        assert time.monotonic() < end
        time.sleep(0.2)
    assert list((pack.parent / "data/packs/kestrel-board").glob("*/kestrel-board/questions-and-answers.md"))
