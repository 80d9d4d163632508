"""A word that a candidate typed is in no log, and after erasure or retention nowhere at all, whatever way it came."""

import logging
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from assistant.secretariat.roles import Role
from assistant.tables import ConversationRow, TurnRow
from assistant.web.console.frame import COOKIE, ROOT
from assistant.web.logs import configure_logging
from assistant.web.service import Service
from knowledge.embedding import LocalEmbeddings
from tests.doors import ingested, server
from tests.secretariat.held import all_that_is_held, fill_all
from tests.web.conftest import serving
from tests.web.console.clients import done, session_of
from tests.web.scripted import scripted_service

CANARY = "kestrel"
PACK = "# Members of the Board\n\n## Responsibilities\n\nMembers lead reviews.\n\nThe Board meets four times a year.\n"


@pytest.fixture
def service(tmp_path: Path, database_address: str) -> Service:
    """Over each kind of database, its files in a folder where nothing else is."""
    return scripted_service(tmp_path, database_url=database_address)


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    yield
    root.handlers[:] = before
    root.setLevel(level)
    logging.raiseExceptions = True


def test_after_erasure_the_word_is_nowhere_and_it_never_was_in_a_log(
    service: Service, capfd: pytest.CaptureFixture[str]
) -> None:
    configure_logging("debug")
    with serving(service) as site:
        candidate, administrator = _everybody(service, site)
        candidate.post("/ask", data={"question": f"How often does a {CANARY} meet?"})
        _every_way(service, administrator, site)
        assert CANARY.encode() in all_that_is_held(service.secretariat.database)

        assert candidate.post("/conversation/delete").status_code == 303
        for conversation in _conversations(service):
            form = {"reference": conversation, "why": "request"}
            gone = administrator.post(f"{ROOT}/data/conversation/erase", data=form)
            assert gone.headers["location"] == f"{ROOT}/data?done=erased"

        assert _conversations(service) == []
        assert CANARY.encode() not in all_that_is_held(service.secretariat.database)
    sys.stderr.flush()
    written = capfd.readouterr()
    assert "POST /api/ask 200" in written.err
    assert CANARY not in written.out + written.err


def test_after_its_time_the_word_is_nowhere(service: Service) -> None:
    with serving(service) as site:
        _, administrator = _everybody(service, site)
        _every_way(service, administrator, site)
        asked = done(service.secretariat.database.run(lambda session: len(session.scalars(select(TurnRow.id)).all())))

        later = datetime.now(UTC) + timedelta(days=180)
        assert done(service.secretariat.retention.run(service.settings, at=later)) == asked

        assert CANARY.encode() not in all_that_is_held(service.secretariat.database)


def test_the_whole_program_keeps_it_out_of_its_log_and_its_folder_forgets_it(
    tmp_path: Path, embeddings: LocalEmbeddings
) -> None:
    data = ingested(tmp_path, {"pack.md": PACK}, embeddings)
    settings: dict[str, str | Path] = {"DATA_DIR": data, "PACK_DIR": tmp_path / "pack", "LOG_LEVEL": "debug"}
    with server(tmp_path / "log", **settings) as running:
        question = f"What are the key responsibilities of a {CANARY}?"
        answer = running.ask(question)
        running.ask(f"And of the {CANARY}'s chair?", answer["conversation"])
        running.events(f"Is a {CANARY} paid?")
        running.http.post("/ask", data={"question": question}, headers={"origin": running.address})
        messages = [{"role": "user", "content": question}, {"role": "user", "content": f"And a {CANARY}'s pay?"}]
        running.http.post("/v1/chat/completions", json={"model": "m", "messages": messages})
        running.http.post("/api/feedback", json={"answer": answer["id"], "useful": False, "reason": CANARY})
        with closing(sqlite3.connect(data / "records.sqlite3")) as connection:
            conversations = [row[0] for row in connection.execute("SELECT id FROM conversation")]
        assert CANARY in _files(data)

        for conversation in conversations:
            own = {"origin": running.address, "cookie": f"conversation={conversation}"}
            assert httpx.post(f"{running.address}/conversation/delete", headers=own).status_code == 303

        assert len(conversations) == 4
        assert CANARY not in _files(data)
    assert "POST /api/ask 200" in (tmp_path / "log").read_text()
    assert CANARY not in (tmp_path / "log").read_text()
    assert CANARY not in _files(data)


def _files(folder: Path) -> str:
    return b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file()).decode("latin-1")


def _everybody(service: Service, site: str) -> tuple[httpx.Client, httpx.Client]:
    administrator = httpx.Client(base_url=site, headers={"origin": site}, timeout=30)
    administrator.cookies.set(COOKIE, session_of(service, Role.ADMINISTRATOR, "Ada")[1], path=ROOT)
    return httpx.Client(base_url=site, headers={"origin": site}, timeout=30), administrator


def _every_way(service: Service, administrator: httpx.Client, site: str) -> None:
    """As JSON, as events, without a script, in OpenAI's shape, as a reason, in a review, and where a fault ends it."""
    with httpx.Client(base_url=site, timeout=30) as client:
        for question in (
            f"How often, {CANARY}?",
            f"What does a {CANARY} pay?",
            f"break {CANARY}",
            f"my chances {CANARY}",
        ):
            for accept in ("application/json", "text/event-stream"):
                client.post("/api/ask", json={"question": question}, headers={"accept": accept})
            client.post("/ask", data={"question": question}, headers={"origin": site})
            messages = [{"role": "user", "content": CANARY}, {"role": "user", "content": question}]
            client.post("/v1/chat/completions", json={"model": "m", "messages": messages})
        answer = client.post("/api/ask", json={"question": f"{CANARY} again?"}).json()
        follow_up = {"question": f"And a {CANARY}?", "conversation": answer["conversation"]}
        client.post("/api/ask", json=follow_up)
        reason = {"answer": answer["id"], "useful": False, "reason": f"not about a {CANARY}"}
        assert client.post("/api/feedback", json=reason).status_code == 204
    opinion = {"verdict": "wrong", "reason": f"{CANARY}", "comment": CANARY, "sentence-1": "wrong"}
    opinion["sentence-1-reason"] = f"the {CANARY}"
    reviewed = administrator.post(f"{ROOT}/answers/{answer['id']}/review", data=opinion)
    assert reviewed.status_code == 303
    assert administrator.post(f"{ROOT}/answers/{answer['id']}/comment", data={"words": CANARY}).status_code == 303
    for path in (
        "/queues",
        f"/queues?text={CANARY}",
        f"/queues.csv?text={CANARY}",
        f"/answers/{answer['id']}",
        "/gaps",
    ):
        administrator.get(f"{ROOT}{path}")
    _fill_the_rest(service, answer["id"])


def _fill_the_rest(service: Service, turn: str) -> None:
    database, ada = service.secretariat.database, session_of(service, Role.ADMINISTRATOR, "Ada")[0]
    number = done(database.run(lambda session: session.scalars(select(TurnRow.number).where(TurnRow.id == turn)).one()))
    fill_all(database, number, ada.id, CANARY)


def _conversations(service: Service) -> list[str]:
    database = service.secretariat.database
    return done(database.run(lambda session: list(session.scalars(select(ConversationRow.id)))))
