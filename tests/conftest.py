"""What tests share: the real pack, ingested once, assistants over it or over a pack of one's own, and databases."""

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest

from assistant.database import Database, open_database
from assistant.settings import ROOT, Settings
from knowledge.embedding import LocalEmbeddings
from tests.databases import fresh, postgres, postgres_is_here
from tests.doors import Asking, asking, ingested, program

REAL_PACK = ROOT / "knowledge/packs/child-safeguarding-panel"


@pytest.fixture(scope="session", autouse=True)
def _machine_has_no_settings() -> Iterator[None]:
    """A key or a folder that is set on the machine changes no test."""
    with pytest.MonkeyPatch.context() as environment:
        for name in Settings.model_fields:
            environment.delenv(name.upper(), raising=False)
        yield


@pytest.fixture(scope="session")
def embeddings() -> LocalEmbeddings:
    return LocalEmbeddings()


@pytest.fixture(scope="session")
def real_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder into which `python ingest.py` has put the real pack."""
    folder = tmp_path_factory.mktemp("real") / "data"
    done = program("ingest.py", DATA_DIR=folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="session")
def real(real_data: Path) -> Iterator[Asking]:
    """The assistant over the real pack."""
    with asking(REAL_PACK, real_data) as assistant:
        yield assistant


@pytest.fixture
def over(tmp_path: Path, embeddings: LocalEmbeddings) -> Iterator[Callable[[Mapping[str, str]], Asking]]:
    """The assistant over a pack made of the files that are given, by name and text."""
    with ExitStack() as opened:

        def make(files: Mapping[str, str]) -> Asking:
            data = ingested(tmp_path, files, embeddings)
            return opened.enter_context(asking(tmp_path / "pack", data))

        yield make


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    # A socket's path has at most about a hundred characters, and others than us must reach it.
    with tempfile.TemporaryDirectory(prefix="pg-") as folder, postgres(Path(folder)) as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def database_address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where an empty database is, of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'records.sqlite3'}"
    if not postgres_is_here():
        pytest.skip("PostgreSQL is not installed")
    return fresh(request.getfixturevalue("postgres_server"))


@pytest.fixture
def database(database_address: str) -> Iterator[Database]:
    database = open_database(database_address)
    yield database
    database.close()
