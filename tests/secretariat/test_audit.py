"""The audit: kept with the change or not at all, only growing, and every tampering found."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from assistant.database import Database, RecordsError
from assistant.secretariat.audit import Change, Wanted, note
from assistant.secretariat.people import Person
from assistant.secretariat.roles import Role
from assistant.secretariat.stores import Secretariat
from tests.secretariat.conftest import NOW, run

CHANGE = Change(None, "withdrew", "approved", "a1", {"state": "live"}, {"state": "stale", "why": "“café” changed"})


def test_a_change_is_told_with_who_when_what_before_and_after(secretariat: Secretariat, ada: Person) -> None:
    change = Change(ada.id, "approved", "approved", "a1", {"state": "waiting"}, {"state": "live"})

    run(secretariat.audit.note(change, at=NOW))

    (entry, *_) = run(secretariat.audit.entries())
    assert (entry.change, entry.at, entry.who) == (change, NOW, "Administrator")


def test_an_entry_is_kept_with_its_change_or_neither(database: Database, secretariat: Secretariat) -> None:
    def work(session: Session) -> None:
        note(session, CHANGE, at=NOW)
        raise ValueError("the change itself failed")

    with pytest.raises(ValueError, match="failed"):
        run(database.run(work))

    assert run(secretariat.audit.count()) == 0


def test_entries_are_numbered_without_gaps_and_hold_however_many_write_at_once(secretariat: Secretariat) -> None:
    async def story() -> None:
        await asyncio.gather(*(secretariat.audit.note(CHANGE, at=NOW) for _ in range(30)))

    run(story())

    assert [entry.number for entry in run(secretariat.audit.entries())] == list(range(30, 0, -1))
    assert run(secretariat.audit.broken()) is None


@pytest.mark.parametrize("statement", ["UPDATE audit SET action = 'x'", "DELETE FROM audit"])
def test_the_database_refuses_to_change_or_remove_an_entry(
    database: Database, secretariat: Secretariat, statement: str
) -> None:
    run(secretariat.audit.note(CHANGE, at=NOW))

    with pytest.raises(RecordsError):
        run(database.run(lambda session: session.execute(text(statement))))

    assert run(secretariat.audit.count()) == 1


@pytest.mark.parametrize(
    ("tampering", "first_wrong"),
    [
        ("UPDATE audit SET action = 'x' WHERE number = 2", 2),
        ('UPDATE audit SET after = \'{"state": "live"}\' WHERE number = 3', 3),
        ("UPDATE audit SET person = NULL, at = '2026-01-01 00:00:00+00:00' WHERE number = 1", 1),
        ("DELETE FROM audit WHERE number = 2", 3),
        ("UPDATE audit SET number = 9 WHERE number = 4", 9),
    ],
    ids=["the action", "the state after", "the time", "an entry removed", "an entry moved"],
)
def test_whoever_gets_round_that_is_found_out(
    database: Database, secretariat: Secretariat, tampering: str, first_wrong: int
) -> None:
    for _ in range(4):
        run(secretariat.audit.note(CHANGE, at=NOW))

    run(database.run(lambda session: _tamper(session, tampering)))

    assert run(secretariat.audit.broken()) == first_wrong


def test_entries_are_found_by_who_what_and_when_a_page_at_a_time(secretariat: Secretariat, ada: Person) -> None:
    audit = secretariat.audit
    for day in range(5):
        run(audit.note(Change(ada.id, "reviewed", "turn", f"t{day}"), at=NOW + timedelta(days=day)))
    run(audit.note(CHANGE, at=NOW))

    def subjects(wanted: Wanted, **page: int) -> list[str]:
        return [entry.change.subject for entry in run(audit.entries(wanted, **page))]

    reviewed = Wanted(action="reviewed")
    assert subjects(reviewed, limit=2) == ["t4", "t3"]
    assert subjects(Wanted(person=ada.id, subject="t1")) == ["t1"]
    assert subjects(Wanted(subject_kind="approved")) == ["a1"]
    first = NOW + timedelta(days=1)
    assert subjects(Wanted(action="reviewed", since=first, until=first + timedelta(days=2))) == ["t2", "t1"]
    oldest_shown = run(audit.entries(reviewed, limit=2))[-1].number
    assert subjects(reviewed, before=oldest_shown) == ["t2", "t1", "t0"]
    assert run(audit.count(reviewed)) == 5
    assert run(audit.kinds()) == (("added", "reviewed", "withdrew"), ("approved", "person", "turn"))


def test_whatever_happens_to_a_role_is_in_the_audit(secretariat: Secretariat, ada: Person) -> None:
    grace = run(secretariat.people.invite("Grace", Role.REVIEWER, by=ada.id, at=NOW))
    run(secretariat.people.give_role(grace.id, Role.APPROVER, by=ada.id, at=NOW))
    run(secretariat.people.give_role(grace.id, Role.APPROVER, by=ada.id, at=NOW))

    told = [
        (entry.change.action, entry.change.after) for entry in run(secretariat.audit.entries(Wanted(subject=grace.id)))
    ]

    assert told == [("gave_role", {"role": "approver"}), ("added", {"name": "Grace", "role": "reviewer"})]


def _tamper(session: Session, statement: str) -> None:
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text("DROP TRIGGER audit_not_updated"))
        session.execute(text("DROP TRIGGER audit_not_deleted"))
    else:
        session.execute(text("ALTER TABLE audit DISABLE TRIGGER USER"))
    session.execute(text(statement.replace(":", r"\:")))
