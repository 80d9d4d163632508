"""The secretariat's stores on real databases: SQLite, and PostgreSQL where its programs are installed."""

import asyncio
import tempfile
from collections.abc import Callable, Coroutine, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import pytest

from assistant.database import Database, open_database
from assistant.secretariat.people import Person
from assistant.secretariat.roles import Role
from assistant.secretariat.stores import Secretariat, open_secretariat
from tests.databases import fresh, postgres, postgres_is_here

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
Result = TypeVar("Result")


def run(work: Coroutine[Any, Any, Result]) -> Result:
    return asyncio.run(work)


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    # A socket's path has at most about a hundred characters, and others than us must reach it.
    with tempfile.TemporaryDirectory(prefix="pg-") as folder, postgres(Path(folder)) as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where an empty database is, of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'records.sqlite3'}"
    if not postgres_is_here():
        pytest.skip("PostgreSQL is not installed")
    return fresh(request.getfixturevalue("postgres_server"))


@pytest.fixture
def database(address: str) -> Iterator[Database]:
    database = open_database(address)
    yield database
    database.close()


@pytest.fixture
def secretariat(database: Database) -> Secretariat:
    return open_secretariat(database, by_links=True)


@pytest.fixture
def ada(secretariat: Secretariat) -> Person:
    """An administrator."""
    return run(secretariat.people.starter(at=NOW))


@pytest.fixture
def person(secretariat: Secretariat, ada: Person) -> Callable[..., Person]:
    """`person("Grace", Role.REVIEWER)` is somebody more."""

    def make(name: str, role: Role = Role.REVIEWER) -> Person:
        return run(secretariat.people.invite(name, role, by=ada.id, at=NOW))

    return make
