"""The secretariat's stores on real databases: SQLite, and PostgreSQL where its programs are installed."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any, TypeVar

import pytest

from assistant.database import Database
from assistant.secretariat.people import Person
from assistant.secretariat.roles import Role
from assistant.secretariat.stores import Secretariat, open_secretariat

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
Result = TypeVar("Result")


def run(work: Coroutine[Any, Any, Result]) -> Result:
    return asyncio.run(work)


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
