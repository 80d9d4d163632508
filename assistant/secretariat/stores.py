"""All that the secretariat keeps, each thing in a store of its own, over the one database of the records."""

from dataclasses import dataclass

from assistant.database import Database
from assistant.secretariat.audit import Audit
from assistant.secretariat.people import People
from assistant.secretariat.sessions import Sessions
from assistant.secretariat.switches import Switches


@dataclass(frozen=True, slots=True)
class Secretariat:
    database: Database
    people: People
    sessions: Sessions
    audit: Audit
    switches: Switches


def open_secretariat(database: Database, *, by_links: bool) -> Secretariat:
    """The stores over a database; `by_links` says whether people may sign in by links."""
    return Secretariat(
        database=database,
        people=People(database),
        sessions=Sessions(database, by_links=by_links),
        audit=Audit(database),
        switches=Switches(database),
    )
