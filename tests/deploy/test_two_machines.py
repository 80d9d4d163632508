"""Two services with folders of their own share a database and what is published; `make topology` tries real ones."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from assistant.settings import Settings
from assistant.web.app import create_app
from assistant.wiring import build_service, publish_version
from knowledge.embedding import LocalEmbeddings
from knowledge.ingesting import ingest

PACK = "# Members of the Harbour Board\n\nThe Board looks after three harbours.\n\n## Meetings\n\n{meetings}\n"
QUESTION = "How often does the Board meet?"


def settings(folder: Path, machine: str) -> Settings:
    """Those of one machine."""
    return Settings(
        _env_file=None,  # type: ignore[call-arg]
        pack_dir=folder / "pack",
        data_dir=folder / machine,
        database_url=f"sqlite:///{folder / 'records.sqlite3'}",  # type: ignore[arg-type]
        index_url=f"file://{folder / 'shelf'}",
        ask_limit=None,
    )


@pytest.fixture
def publish(tmp_path: Path, embeddings: LocalEmbeddings) -> Callable[[str], None]:
    """As the machine that builds does: this is what the pack says from now on."""
    (tmp_path / "pack").mkdir()
    builder = settings(tmp_path, "builder")

    def publish(meetings: str) -> None:
        (builder.pack_dir / "pack.md").write_text(PACK.format(meetings=meetings))
        publish_version(builder, ingest(builder.pack_dir, builder.data_dir, embeddings).version)

    return publish


@pytest.fixture
def machines(publish: Callable[[str], None], tmp_path: Path) -> Iterator[list[TestClient]]:
    publish("The Board meets every month.")
    with ExitStack() as running:
        apps = [create_app(build_service(settings(tmp_path, machine))) for machine in ("one", "other")]
        yield [running.enter_context(TestClient(app)) for app in apps]


def test_every_machine_serves_what_was_published_within_five_seconds(
    machines: list[TestClient], publish: Callable[[str], None]
) -> None:
    old = [_ask(machine) for machine in machines]
    assert ["every month" in answer["text"] for answer in old] == [True, True]

    publish("The Board meets every week.")

    end = time.monotonic() + 5
    while time.monotonic() < end and len(_versions(machines) & {answer["versions"]["index"] for answer in old}):
        time.sleep(0.1)
    assert ["every week" in _ask(machine)["text"] for machine in machines] == [True, True]
    # A conversation that began at one goes on at the other, and a link of an older answer still leads somewhere.
    followed = _ask(machines[1], "and where?", conversation=old[0]["conversation"])
    assert followed["conversation"] == old[0]["conversation"]
    assert machines[1].get(old[0]["citations"][0]["url"].partition("#")[0]).status_code == 200


def _ask(machine: TestClient, question: str = QUESTION, **more: str) -> dict[str, Any]:
    answer: dict[str, Any] = machine.post("/api/ask", json={"question": question, **more}).json()
    return answer


def _versions(machines: list[TestClient]) -> set[str]:
    return {machine.get("/api/pack").json()["index"] for machine in machines}
