"""Guessing at sign-in links: five a person in a quarter of an hour, whichever server is asked, and all are logged."""

import asyncio
import json
import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import event

from assistant.database import Database, open_database
from assistant.secretariat.audit import Wanted
from assistant.secretariat.people import Person
from assistant.secretariat.sessions import Sessions
from assistant.secretariat.stores import Secretariat
from assistant.secretariat.tries import TRIES, WITHIN, TooManyTries
from tests.secretariat.conftest import NOW, run

SECOND = timedelta(seconds=1)
GUESSES = Wanted(action="failed_to_sign_in")


def guess(sessions: Sessions, account: str, number: int, at: datetime = NOW) -> str:
    """How a guess ended: "looked up" or "turned away"."""
    try:
        assert run(sessions.follow_link(f"{account}kestrel{number}", at=at)) is None
    except TooManyTries:
        return "turned away"
    return "looked up"


def guesses(address: str, account: str, many: int) -> int:
    """How many of them a server with a store of its own looks up."""
    database = open_database(address)
    try:
        return sum(guess(Sessions(database), account, number) == "looked up" for number in range(many))
    finally:
        database.close()


@pytest.mark.parametrize("database_address", ["sqlite"], indirect=True)
def test_a_thousand_guesses_in_a_quarter_of_an_hour_are_five_that_are_looked_up(
    secretariat: Secretariat, ada: Person, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "assistant.secretariat")

    async def story() -> list[bool]:
        ended = []
        for number in range(1000):
            try:
                await secretariat.sessions.follow_link(f"{ada.id}kestrel{number}", at=NOW + number * SECOND * 0.9)
                ended.append(True)
            except TooManyTries:
                ended.append(False)
        return ended

    looked_up = run(story())

    assert looked_up == [True] * TRIES + [False] * 995
    entries = run(secretariat.audit.entries(GUESSES))
    assert [one.change.subject for one in entries] == [ada.id] * TRIES
    assert len(caplog.records) == 1000
    assert "kestrel" not in caplog.text
    assert "kestrel" not in json.dumps([one.change.after for one in entries])


def test_servers_on_one_database_count_together_and_so_does_one_that_starts_later(
    database: Database, database_address: str, secretariat: Secretariat, ada: Person
) -> None:
    with ThreadPoolExecutor(2) as servers:
        looked_up = list(servers.map(partial(guesses, database_address, ada.id), [20, 20]))

    assert sum(looked_up) == TRIES
    assert guesses(database_address, ada.id, 3) == 0
    assert run(secretariat.audit.count(GUESSES)) == TRIES
    assert run(secretariat.audit.broken()) is None


def test_guesses_that_are_made_at_the_same_moment_are_counted_one_by_one(secretariat: Secretariat, ada: Person) -> None:
    async def story() -> list[Any]:
        tries = (secretariat.sessions.follow_link(f"{ada.id}{n}", at=NOW) for n in range(30))
        return await asyncio.gather(*tries, return_exceptions=True)

    assert [type(end) for end in run(story())].count(type(None)) == TRIES


def test_a_good_link_works_again_a_quarter_of_an_hour_after_the_first_guess(
    secretariat: Secretariat, ada: Person
) -> None:
    for number in range(TRIES):
        guess(secretariat.sessions, ada.id, number, NOW + number * SECOND)
    link = run(secretariat.sessions.link(ada.id, by=None, at=NOW + WITHIN / 2))

    with pytest.raises(TooManyTries) as too_many:
        run(secretariat.sessions.follow_link(link, at=NOW + WITHIN - SECOND))

    assert too_many.value.seconds == 1
    assert run(secretariat.sessions.follow_link(link, at=NOW + WITHIN))
    assert [guess(secretariat.sessions, ada.id, n, NOW + WITHIN) for n in range(2)] == ["looked up", "turned away"]


def test_guesses_at_one_person_shut_out_nobody_else_and_a_used_link_is_no_guess(
    secretariat: Secretariat, ada: Person
) -> None:
    for number in range(TRIES + 1):
        guess(secretariat.sessions, "0" * 32, number)
        guess(secretariat.sessions, "no id", number)
    link = run(secretariat.sessions.link(ada.id, by=None, at=NOW))

    assert run(secretariat.sessions.follow_link(link, at=NOW))
    assert [run(secretariat.sessions.follow_link(link, at=NOW)) for _ in range(TRIES + 1)] == [None] * (TRIES + 1)
    assert guess(secretariat.sessions, ada.id, 1) == "looked up"


def test_nobody_learns_from_the_work_done_whether_there_is_such_a_person(
    database: Database, secretariat: Secretariat, ada: Person
) -> None:
    """The same statements, so the same time; no password is hashed, so that nothing else takes any."""
    run(secretariat.sessions.link(ada.id, by=None, at=NOW))

    done = []
    for account in (ada.id, "0" * 32):
        with statements(database) as heard:
            ended = [guess(secretariat.sessions, account, number) for number in range(TRIES + 2)]
        done.append((ended, heard))

    assert done[0] == done[1]
    assert len(done[0][1]) > TRIES


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """What is asked of a database meanwhile."""
    heard: list[str] = []

    def hear(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        heard.append(statement)

    event.listen(database.engine, "before_cursor_execute", hear)
    yield heard
    event.remove(database.engine, "before_cursor_execute", hear)
