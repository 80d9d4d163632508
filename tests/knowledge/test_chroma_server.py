"""The same promises with a Chroma server in place of Chroma's files."""

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, cast

import httpx
import pytest

from knowledge.store import PassageStore, StoreError
from tests.knowledge.indexes import ArithmeticEmbeddings, answers_rightly, pack_of, passages_of

ITEMS = tuple(f"Duty number {number} of the panel." for number in range(60))


class ChromaServer:
    """A real one, on this machine alone."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with closing(socket.create_server(("127.0.0.1", 0))) as free:
            self._port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}"
        self.start()

    def start(self) -> None:
        program = str(Path(sys.executable).with_name("chroma"))
        command = [program, "run", "--host", "127.0.0.1", "--port", str(self._port), "--path", str(self._folder)]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + 60
        while time.monotonic() < end:
            try:
                httpx.get(f"{self.url}/api/v2/heartbeat").raise_for_status()
                return
            except httpx.HTTPError:
                time.sleep(0.1)
        raise TimeoutError("Chroma's server did not start")

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()

    def collections(self) -> set[str]:
        address = f"{self.url}/api/v2/tenants/default_tenant/databases/default_database/collections"
        return {collection["name"] for collection in httpx.get(address).json()}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChromaServer]:
    server = ChromaServer(tmp_path_factory.mktemp("chroma"))
    yield server
    server.stop()


@pytest.fixture
def store(tmp_path: Path, server: ChromaServer) -> PassageStore:
    return PassageStore(tmp_path / "index", chroma_url=server.url)


def build(store: PassageStore, version: str, *, campaign: str) -> None:
    pack = pack_of(*ITEMS, version=version, campaign=campaign)
    store.build(pack, passages_of(pack), ArithmeticEmbeddings())


def test_a_version_is_a_collection_and_the_last_three_stay(store: PassageStore, server: ChromaServer) -> None:
    for version in "1234":
        build(store, version, campaign="four")

    assert {name for name in server.collections() if name.startswith("four-")} == {
        f"four-{version}" for version in store.versions()
    }
    assert len(store.versions()) == 3
    with store.open() as index:
        assert (index.engine, index.problem, index.pack_version) == ("chroma", "", "4")
        assert all(answers_rightly(index, ArithmeticEmbeddings(), position) for position in range(60))


def test_what_a_killed_builder_left_on_the_server_is_replaced(store: PassageStore, server: ChromaServer) -> None:
    build(store, "1", campaign="killed")
    wanted = store.current()
    other = PassageStore(store.folder.parent / "other", chroma_url=server.url)
    import chromadb

    client = chromadb.HttpClient("127.0.0.1", int(server.url.rsplit(":", 1)[1]))
    client.get_collection(f"killed-{wanted}").delete(ids=["3", "4"])

    build(other, "1", campaign="killed")

    with other.open() as index:
        assert index.engine == "chroma"
        assert all(answers_rightly(index, ArithmeticEmbeddings(), position) for position in range(60))


def test_a_collection_that_was_lost_is_made_anew_by_an_ingest(store: PassageStore, server: ChromaServer) -> None:
    import chromadb

    build(store, "1", campaign="lost")
    client = chromadb.HttpClient("127.0.0.1", int(server.url.rsplit(":", 1)[1]))
    client.delete_collection(f"lost-{store.current()}")

    with store.open() as index:
        assert (index.engine, answers_rightly(index, ArithmeticEmbeddings(), 9)) == ("exact", True)
    build(store, "1", campaign="lost")
    with store.open() as index:
        assert index.engine == "chroma"


def test_a_server_that_goes_away_or_hangs_costs_one_short_wait_and_no_answer(tmp_path: Path) -> None:
    server = ChromaServer(tmp_path / "chroma")
    store = PassageStore(tmp_path / "index", chroma_url=server.url)
    build(store, "1", campaign="gone")
    index = store.open()
    server.stop()

    hanging = socket.create_server(("127.0.0.1", int(server.url.rsplit(":", 1)[1])))
    began = time.monotonic()
    assert all(answers_rightly(index, ArithmeticEmbeddings(), position) for position in range(60))
    assert time.monotonic() - began < 6
    assert (index.engine, "Chroma failed" in index.problem) == ("exact", True)

    index.close()
    with store.open() as index:
        assert (index.engine, answers_rightly(index, ArithmeticEmbeddings(), 9)) == ("exact", True)
    hanging.close()


def test_an_ingest_that_cannot_reach_the_server_says_so_and_leaves_the_old_version(tmp_path: Path) -> None:
    store = PassageStore(tmp_path)
    build(store, "1", campaign="here")
    current = store.current()

    with pytest.raises(StoreError, match=r"127\.0\.0\.1:9"):
        build(PassageStore(tmp_path, chroma_url="http://127.0.0.1:9"), "2", campaign="here")

    assert store.current() == current
    with store.open() as index:
        assert index.engine == "chroma"


def test_a_store_that_moves_to_a_server_is_made_anew_without_embedding(tmp_path: Path, server: ChromaServer) -> None:
    build(PassageStore(tmp_path), "1", campaign="moves")
    embeddings = ArithmeticEmbeddings()
    pack = pack_of(*ITEMS, campaign="moves")
    store = PassageStore(tmp_path, chroma_url=server.url)

    with store.open() as index:
        assert index.engine == "exact"
    store.build(pack, passages_of(pack), embeddings)

    assert embeddings.embedded == []
    with store.open() as index:
        assert index.engine == "chroma"


@contextmanager
def asking_for(token: str, server: ChromaServer) -> Iterator[str]:
    """A proxy before a server of Chroma's that lets through only who shows a token; its host and port."""

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._pass_on()

        def do_POST(self) -> None:
            self._pass_on()

        def do_DELETE(self) -> None:
            self._pass_on()

        def log_message(self, *_: Any) -> None:
            pass

        def _pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            kept = {name: value for name, value in self.headers.items() if name.lower() in ("content-type", "accept")}
            if self.headers.get("x-chroma-token") == token:
                said = httpx.request(self.command, server.url + self.path, content=body, headers=kept, timeout=60)
                status, content = said.status_code, said.content
            else:
                status, content = 401, b"{}"
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    with ThreadingHTTPServer(("127.0.0.1", 0), Door) as door:
        threading.Thread(target=door.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield f"127.0.0.1:{door.server_port}"
        door.shutdown()


def test_a_token_is_shown_to_who_asks_for_it_and_told_to_nobody(tmp_path: Path, server: ChromaServer) -> None:
    with asking_for("kestrel", server) as door:
        store = PassageStore(tmp_path / "index", chroma_url=f"http://:kestrel@{door}/default_tenant/default_database")
        build(store, "1", campaign="guarded")
        with store.open() as index:
            assert (index.engine, answers_rightly(index, ArithmeticEmbeddings(), 9)) == ("chroma", True)

        unknown = PassageStore(tmp_path / "index", chroma_url=f"http://:falcon@{door}")
        with unknown.open() as index:
            assert (index.engine, "401" in index.problem, "falcon" in index.problem) == ("exact", True, False)
        with pytest.raises(StoreError) as refused:
            build(unknown, "2", campaign="guarded")
    assert "falcon" not in str(refused.value)


def test_a_collection_that_names_a_model_has_none_loaded(
    store: PassageStore, server: ChromaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The way by which a server could have its callers run code (chroma #6717)."""
    import chromadb
    from chromadb.utils.embedding_functions import DefaultEmbeddingFunction

    build(store, "1", campaign="named")
    with store.open() as index:
        vectors = index.vectors.copy()
    client = chromadb.HttpClient("127.0.0.1", int(server.url.rsplit(":", 1)[1]))
    name = f"named-{store.current()}"
    client.delete_collection(name)
    named = client.create_collection(name, embedding_function=cast(Any, DefaultEmbeddingFunction()))
    assert named.configuration_json["embedding_function"]["name"] == "default"
    named.add(ids=[str(position) for position in range(len(vectors))], embeddings=vectors)
    built: list[object] = []
    monkeypatch.setattr(DefaultEmbeddingFunction, "build_from_config", built.append)

    with store.open() as index:
        assert (index.engine, answers_rightly(index, ArithmeticEmbeddings(), 9)) == ("chroma", True)
    build(store, "2", campaign="named")

    assert built == []
