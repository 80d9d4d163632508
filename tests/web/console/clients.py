"""Clients of the console: signed in as somebody with a role, or as nobody."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, TypeVar

from starlette.testclient import TestClient

from assistant.secretariat.people import Identity, Person
from assistant.secretariat.roles import Role
from assistant.web.console.frame import COOKIE, ROOT
from assistant.web.service import Service

SITE = "http://testserver"
OWN = {"origin": SITE}
Result = TypeVar("Result")


def done(work: Coroutine[Any, Any, Result]) -> Result:
    """What a store gives back, for a test that is not asynchronous, or whose thread belongs to a browser."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(asyncio.run, work).result()


def somebody(service: Service, role: Role, name: str = "") -> Person:
    """A person of the secretariat with a role, the same for the same name."""
    called = name or f"The {role}"
    person = None
    for given in (Role.READER, role):  # whoever has no role is taken in only if they had one
        identity = Identity(f"link:test-{called}", called, given)
        person = done(service.secretariat.people.met(identity, at=datetime.now(UTC)))
    assert person
    return person


def session_of(service: Service, role: Role, name: str = "") -> tuple[Person, str]:
    """A person with a role, and what the cookie of a session of theirs holds."""
    person = somebody(service, role, name)
    return person, done(service.secretariat.sessions.begin(person, at=datetime.now(UTC)))


def sign_in(client: TestClient, service: Service, role: Role, name: str = "") -> Person:
    """From now on the client asks as this person, from pages of its own."""
    person, session = session_of(service, role, name)
    client.cookies.set(COOKIE, session, path=ROOT)
    client.headers.update(OWN)
    return person
