"""The same promises with a Chroma server in place of Chroma's files."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

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
