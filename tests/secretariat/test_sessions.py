"""Signed in for as long as it should be, and no longer; links that work once."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from assistant.database import Database
from assistant.secretariat.people import Identity, Person
from assistant.secretariat.roles import Role, read_role_claim
from assistant.secretariat.sessions import ABSOLUTE, ATTEMPT_LASTS, IDLE, LINK_LASTS, Seat
from assistant.secretariat.stores import Secretariat, open_secretariat
from tests.secretariat.conftest import NOW, run

SECOND = timedelta(seconds=1)


def seat(secretariat: Secretariat, token: str, at: datetime) -> Seat | None:
    return run(secretariat.sessions.seat(token, at=at))


def test_a_session_is_its_persons_and_a_made_up_one_nobodys(secretariat: Secretariat, ada: Person) -> None:
    token = run(secretariat.sessions.begin(ada, at=NOW))

    sat = seat(secretariat, token, NOW)

    assert sat is not None
    assert (sat.id, sat.role) == (ada.id, Role.ADMINISTRATOR)
    for other in ("", token[:-1], token + "x", sat.session, "\ud800"):
        assert seat(secretariat, other, NOW) is None


def test_a_session_ends_when_nobody_uses_it(secretariat: Secretariat, ada: Person) -> None:
    token = run(secretariat.sessions.begin(ada, at=NOW))

    assert seat(secretariat, token, NOW + IDLE - SECOND)
    assert seat(secretariat, token, NOW + 2 * IDLE - 2 * SECOND)
    assert seat(secretariat, token, NOW + 3 * IDLE) is None


def test_a_session_ends_after_its_hours_however_much_it_is_used(secretariat: Secretariat, ada: Person) -> None:
    token = run(secretariat.sessions.begin(ada, at=NOW))
    at = NOW
    while at + IDLE / 2 < NOW + ABSOLUTE:
        assert seat(secretariat, token, at)
        at += IDLE / 2

    assert seat(secretariat, token, NOW + ABSOLUTE) is None


def test_signing_out_ends_one_session_and_everywhere_all_of_them_with_the_links(
    secretariat: Secretariat, ada: Person
) -> None:
    sessions = secretariat.sessions
    here, there, at_home = (run(sessions.begin(ada, at=NOW)) for _ in range(3))
    link = run(sessions.link(ada.id, by=ada.id, at=NOW))
    sat = seat(secretariat, here, NOW)
    assert sat is not None

    run(sessions.end(sat, at=NOW))
    assert [bool(seat(secretariat, one, NOW)) for one in (here, there, at_home)] == [False, True, True]

    assert run(sessions.end_everywhere(ada.id, by=ada.id, at=NOW)) == 2
    assert [bool(seat(secretariat, one, NOW)) for one in (here, there, at_home)] == [False, False, False]
    assert run(sessions.follow_link(link, at=NOW)) is None


def test_a_role_that_changes_counts_from_the_next_request_on(
    secretariat: Secretariat, ada: Person, person: Callable[..., Person]
) -> None:
    grace = person("Grace", Role.APPROVER)
    token = run(secretariat.sessions.begin(grace, at=NOW))

    run(secretariat.people.give_role(grace.id, Role.READER, by=ada.id, at=NOW))

    sat = seat(secretariat, token, NOW)
    assert sat is not None
    assert sat.may(Role.READER)
    assert not sat.may(Role.REVIEWER)


def test_a_link_signs_in_once(secretariat: Secretariat, ada: Person) -> None:
    link = run(secretariat.sessions.link(ada.id, by=None, at=NOW))

    token = run(secretariat.sessions.follow_link(link, at=NOW + LINK_LASTS - SECOND))

    assert token
    assert seat(secretariat, token, NOW + LINK_LASTS)
    assert run(secretariat.sessions.follow_link(link, at=NOW)) is None
    assert run(secretariat.sessions.follow_link("made up", at=NOW)) is None


def test_of_many_who_follow_a_link_at_once_one_gets_in(secretariat: Secretariat, ada: Person) -> None:
    link = run(secretariat.sessions.link(ada.id, by=None, at=NOW))

    async def story() -> list[str | None]:
        return await asyncio.gather(*(secretariat.sessions.follow_link(link, at=NOW) for _ in range(10)))

    assert len([token for token in run(story()) if token]) == 1


def test_a_link_expires(secretariat: Secretariat, ada: Person) -> None:
    link = run(secretariat.sessions.link(ada.id, by=None, at=NOW))

    assert run(secretariat.sessions.follow_link(link, at=NOW + LINK_LASTS)) is None


def test_where_a_provider_signs_in_neither_links_nor_their_sessions_count(database: Database, ada: Person) -> None:
    by_links = open_secretariat(database, by_links=True)
    token = run(by_links.sessions.begin(ada, at=NOW))
    link = run(by_links.sessions.link(ada.id, by=None, at=NOW))

    by_provider = open_secretariat(database, by_links=False)

    assert seat(by_provider, token, NOW) is None
    assert run(by_provider.sessions.follow_link(link, at=NOW)) is None


def test_no_secret_that_a_browser_holds_is_in_the_database(
    database: Database, secretariat: Secretariat, ada: Person
) -> None:
    sessions = secretariat.sessions
    secrets = [
        run(sessions.begin(ada, at=NOW)),
        run(sessions.link(ada.id, by=None, at=NOW)),
        run(sessions.leave_for({"kept": {}}, at=NOW)),
    ]

    with database.engine.connect() as connection:
        held = [
            str(connection.execute(text(f"SELECT * FROM {table}")).all())
            for table in ("session", "sign_in_link", "sign_in_attempt", "audit", "person")
        ]

    assert all(len(table) > 20 for table in held)
    assert not any(secret in table for secret in secrets for table in held)


def test_what_was_kept_for_a_browser_is_given_once_and_not_too_late(secretariat: Secretariat) -> None:
    sessions = secretariat.sessions
    secret, late = (run(sessions.leave_for({"nonce": "n"}, at=NOW)) for _ in range(2))

    assert run(sessions.come_back(secret, at=NOW)) == {"nonce": "n"}
    assert run(sessions.come_back(secret, at=NOW)) is None
    assert run(sessions.come_back(late, at=NOW + ATTEMPT_LASTS)) is None


def test_somebody_whom_the_provider_gives_no_role_is_not_taken_in_and_loses_what_they_had(
    secretariat: Secretariat,
) -> None:
    people = secretariat.people
    stranger = Identity("https://login.example.org|1", "Grace", Role.NONE)
    assert run(people.met(stranger, at=NOW)) is None
    assert run(people.all()) == ()

    known = run(people.met(Identity(stranger.subject, "Grace", Role.APPROVER), at=NOW))
    assert known is not None
    again = run(people.met(stranger, at=NOW))

    assert again is not None
    assert (again.id, again.role) == (known.id, Role.NONE)


def test_each_role_has_the_rights_of_those_before_it() -> None:
    ranks = [Role.NONE, Role.READER, Role.REVIEWER, Role.APPROVER, Role.ADMINISTRATOR]

    covered = [[role.covers(needed) for needed in ranks] for role in ranks]

    assert covered == [[place >= needed for needed in range(5)] for place in range(5)]


@pytest.mark.parametrize(
    ("written", "claims", "role"),
    [
        ("groups: Team=reviewer, Leads=approver", {"groups": ["Team", "Leads", "Others"]}, Role.APPROVER),
        ("groups: Team=reviewer, Leads=approver", {"groups": ["Others", 3, None]}, Role.NONE),
        ("role:admin=administrator", {"role": "admin"}, Role.ADMINISTRATOR),
        ("realm_access.roles: r=reader", {"realm_access": {"roles": ["r"]}}, Role.READER),
        ("https://example.org/roles: r=reader", {"https://example.org/roles": ["r"]}, Role.READER),
        ("groups: cn=Team,dc=x=reviewer", None, None),
        ("groups: Team=owner", None, None),
        ("groups", None, None),
        ("groups: Team=none", None, None),
        (": Team=reader", None, None),
        ("groups: Team=reader", {"groups": {"Team": True}}, Role.NONE),
        ("groups: Team=reader", {}, Role.NONE),
    ],
)
def test_a_role_comes_from_the_groups_that_a_claim_names(
    written: str, claims: dict[str, object] | None, role: Role | None
) -> None:
    if claims is None:
        with pytest.raises(ValueError, match=r"."):
            read_role_claim(written)
    else:
        assert read_role_claim(written).role_of(claims) is role
