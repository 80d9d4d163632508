"""All that the secretariat keeps, each thing in a store of its own, over the one database of the records."""

from dataclasses import dataclass

from assistant.database import Database
from assistant.secretariat.answers import Answers
from assistant.secretariat.approvals import Approvals
from assistant.secretariat.audit import Audit
from assistant.secretariat.cases import Cases
from assistant.secretariat.erasure import Erasure
from assistant.secretariat.locks import Locks
from assistant.secretariat.overview import Overview
from assistant.secretariat.people import People
from assistant.secretariat.queues import Queues
from assistant.secretariat.retention import Retention
from assistant.secretariat.reviews import Reviews
from assistant.secretariat.sessions import Sessions
from assistant.secretariat.subject_export import SubjectExports
from assistant.secretariat.switches import Switches


@dataclass(frozen=True, slots=True)
class Secretariat:
    database: Database
    people: People
    sessions: Sessions
    audit: Audit
    approvals: Approvals
    switches: Switches
    queues: Queues
    locks: Locks
    answers: Answers
    reviews: Reviews
    cases: Cases
    overview: Overview
    erasure: Erasure
    retention: Retention
    subject_exports: SubjectExports


def open_secretariat(database: Database, *, by_links: bool) -> Secretariat:
    """The stores over a database; `by_links` says whether people may sign in by links."""
    erasure = Erasure(database)
    return Secretariat(
        database=database,
        people=People(database),
        sessions=Sessions(database, by_links=by_links),
        audit=Audit(database),
        approvals=Approvals(database),
        switches=Switches(database),
        queues=Queues(database),
        locks=Locks(database),
        answers=Answers(database),
        reviews=Reviews(database),
        cases=Cases(database),
        overview=Overview(database),
        erasure=erasure,
        retention=Retention(database, erasure),
        subject_exports=SubjectExports(database),
    )
